//! Binary values, hashes and what belongs to no other group. Behaviour: Trino's "Binary functions".

pub(super) const LINES: &str = r"
md5(varbinary) varbinary = unhex(md5({0}))
sha1(varbinary) varbinary = unhex(sha1({0}))
sha256(varbinary) varbinary = unhex(sha256({0}))
sha512(varbinary) varbinary = unhex(__sha512(hex({0})))
crc32(varbinary) bigint = __crc32(hex({0}))
xxhash64(varbinary) varbinary = unhex(__xxhash64(hex({0})))
to_hex(varbinary) varchar = hex({0})
from_hex(varchar) varbinary = unhex({0})
to_base64(varbinary) varchar = to_base64({0})
from_base64(varchar) varbinary = from_base64({0})
uuid() uuid = uuid()
";
