#!/usr/bin/env bash
# Finds the binary for this runner, proves that it is the one that this commit of the action knows, and becomes it.
#
# Everything comes in as a variable and is used as one value: no input is ever read as shell. Written for bash 3.2, which
# macOS has.
set -euo pipefail

# Says on standard error what is wrong and how to mend it.
stop() {
  printf 'error: %s\nhelp: %s\n' "$1" "$2" >&2
  exit 2
}

# The beginning of what someone else wrote, on one line and without what a terminal or a runner would act upon: runners
# read `##[` as a command wherever it stands.
shown() {
  local text="${1:0:60}"
  text="${text//[![:print:]]/?}"
  printf '%s' "${text//'##['/#-[}"
}

known="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/checksums"
repository="${ACTION_REPOSITORY:-${GITHUB_REPOSITORY:-}}"

# Sets `triple` to the name that Rust has for the runner's platform.
set_platform() {
  case "${RUNNER_OS:-}-${RUNNER_ARCH:-}" in
    Linux-X64) triple=x86_64-unknown-linux-gnu ;;
    Linux-ARM64) triple=aarch64-unknown-linux-gnu ;;
    macOS-X64) triple=x86_64-apple-darwin ;;
    macOS-ARM64) triple=aarch64-apple-darwin ;;
    *)
      stop "cadet is released for Linux and macOS on x86-64 and arm64; this runner is $(shown "${RUNNER_OS:-?} on ${RUNNER_ARCH:-?}")" \
        "use a runner such as ubuntu-24.04, or name a binary of your own with the input binary"
      ;;
  esac
}

# Sets `version` to the one that was asked for, or to the newest release that this commit of the action knows.
set_version() {
  version="${INPUT_VERSION:-}"
  if [[ -z "$version" ]]; then
    version="$(sed -nE 's/^[0-9a-f]{64}  cadet-([0-9.]*[-0-9A-Za-z.]*)-[a-z0-9_]*-(unknown|apple)-[-a-z]*\.tar\.gz$/\1/p' "$known" | tail -n 1)"
    [[ -n "$version" ]] ||
      stop "this commit of the action knows no release of cadet" \
        "pin the action to a commit that has checksums, or use the input binary"
  fi
  [[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] ||
    stop "the input version, $(shown "$version"), is no version" "write it as 0.1.0, without a v"
}

sum_of() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# Proves that the archive was built by the release workflow of cadet's own repository, where the tool for that is at hand.
# Its checksum is right by then; this shows besides that the commit with the checksum told the truth.
prove_origin() {
  if [[ -z "${GITHUB_TOKEN:-}" ]] || ! gh attestation verify --help >/dev/null 2>&1; then
    printf 'Its checksum is right. Its attestation was not looked at: that takes gh and a token.\n'
    return
  fi
  GH_TOKEN="$GITHUB_TOKEN" gh attestation verify "$1" --repo "$repository" \
    --signer-workflow "$repository/.github/workflows/release.yml" >/dev/null ||
    stop "the archive has the right checksum, and no attestation that $(shown "$repository") built it" \
      "when GitHub was out of reach, run the job again; otherwise do not use it, and tell the owners of cadet"
  printf 'Its checksum and its attestation are right.\n'
}

# Sets `cadet` to the binary of a release, in a fresh folder.
fetch() {
  local name wanted folder address protocol found
  set_version
  set_platform
  name="cadet-$version-$triple.tar.gz"
  wanted="$(awk -v name="$name" '$2 == name { print $1 }' "$known")"
  [[ "$wanted" =~ ^[0-9a-f]{64}$ ]] ||
    stop "this commit of the action has no checksum of $name" \
      "pin the action to the commit that added the checksums of $version, or name another version"
  folder="$(mktemp -d "${RUNNER_TEMP:-/tmp}/cadet.XXXXXXXX")"
  address="${GITHUB_SERVER_URL:-https://github.com}/$repository/releases/download/v$version/$name"
  protocol='=https'
  # A server on this machine may do without: what it serves must have the right checksum all the same.
  [[ "$address" != http://127.0.0.1:* ]] || protocol='=http'
  printf 'Fetching cadet %s for %s.\n' "$version" "$triple"
  curl --proto "$protocol" --tlsv1.2 --fail --silent --show-error --location --retry 3 --max-time 300 \
    --output "$folder/$name" "$address" ||
    stop "$name could not be fetched from the releases of $(shown "$repository")" \
      "run the job again; when it fails again, see whether that release is there"
  found="$(sum_of "$folder/$name")"
  [[ "$found" == "$wanted" ]] ||
    stop "$name is not what this commit of the action knows: its SHA-256 is $found, and should be $wanted" \
      "do not use it, and tell the owners of cadet: a release never changes"
  prove_origin "$folder/$name"
  tar -xzf "$folder/$name" -C "$folder" --no-same-owner cadet
  cadet="$folder/cadet"
}

# Sets `cadet` to the binary that was named.
take() {
  cadet="$INPUT_BINARY"
  [[ "$cadet" == /* ]] || cadet="$PWD/$cadet"
  [[ -f "$cadet" && -x "$cadet" ]] ||
    stop "the input binary, $(shown "$INPUT_BINARY"), is no program" \
      "name the file of a cadet that was built before this step"
}

# `--flag=value` is one word to cadet, so that no value can pass for a flag.
add() {
  [[ -z "$2" ]] || arguments+=("--$1=$2")
}

command="${INPUT_COMMAND:-ci}"
[[ "$command" =~ ^[a-z]+$ ]] ||
  stop "the input command, $(shown "$command"), is no command of cadet" \
    "use ci, check, plan, deploy, build, seed, or another that \`cadet --help\` lists"
arguments=("$command")
add project-dir "${INPUT_PROJECT_DIR:-}"
add target "${INPUT_TARGET:-}"
add base "${INPUT_BASE:-}"
add format "${INPUT_FORMAT:-}"
add source-data "${INPUT_SOURCE_DATA:-}"
add artefacts-to "${INPUT_ARTEFACTS_TO:-}"
while IFS= read -r argument; do
  argument="${argument%$'\r'}"
  [[ -z "$argument" ]] || arguments+=("$argument")
done <<<"${INPUT_ARGUMENTS:-}"

if [[ -n "${INPUT_BINARY:-}" ]]; then take; else fetch; fi

# `exec`, so that a cancelled job's signal reaches cadet and not this shell.
exec "$cadet" "${arguments[@]}"
