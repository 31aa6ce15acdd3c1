# Counts tests and rows: awk -f rows.awk rows.txt REPORT.xml…
# A row is a behaviour with an id (tests/rows.txt). It passed if a test whose display name begins with its id passed
# and none failed; it was skipped if all of them were.
FNR == 1 { catalogue = (FILENAME ~ /rows\.txt$/) }
catalogue {
  if ($1 ~ /^[A-Z]+-/) { id[++rows] = $1 }
  next
}
/<testcase / {
  match($0, / name="[^"]*"/)
  name = substr($0, RSTART + 7, RLENGTH - 8)
  if (name == "") { # before the first test of a class or after its last
    match($0, / classname="[^"]*"/)
    name = substr($0, RSTART + 12, RLENGTH - 13)
  }
  tests++
  parts = split(name, word, " ")
  named = 0
  for (i = 1; i <= parts && word[i] ~ /^[A-Z]+(-[A-Z]+)?-[0-9]+,?$/; i++) {
    sub(/,$/, "", word[i])
    mine[++named] = word[i]
    ran[word[i]]++
  }
}
/<skipped/ {
  skipped++
  why = $0
  sub(/.*Assumption failed: /, "", why)
  sub(/.* message="/, "", why)
  sub(/(\]\]>|"|<).*/, "", why)
  if (why == "") { why = "no reason" }
  if (!(why in count)) { example[why] = name }
  count[why]++
  for (i = 1; i <= named; i++) { left[mine[i]]++; reason[mine[i]] = why }
}
/<(failure|error)[ >]/ {
  failed++
  print "verify: failed: " name
  for (i = 1; i <= named; i++) { broken[mine[i]]++ }
}
END {
  for (why in count) { printf "verify: skipped %d (such as %s): %s\n", count[why], example[why], why }
  for (r = 1; r <= rows; r++) {
    row = id[r]
    if (broken[row]) { print "verify: row " row " failed"; bad++ }
    else if (!ran[row]) { names = names " " row; absent++ }
    else if (left[row] == ran[row]) { print "verify: row " row " skipped: " reason[row]; missed++ }
    else { good++ }
  }
  if (absent) { print "verify: rows that were not run:" names }
  printf "verify: %d rows passed of %d, %d failed, %d skipped, %d not run\n", good, rows, bad, missed, absent
  printf "verify: %d passed, %d failed, %d skipped\n", tests - failed - skipped, failed, skipped
}
