select {{ trimmed() }}
