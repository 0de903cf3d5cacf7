#!/bin/sh
# Checks this package with common tools: sh, sha256sum, sha512sum, openssl (3 or later), grep, sed, cut, head, tail, sort, find, cmp, wc, date.
#   sh verify.sh                    everything but time stamps
#   sh verify.sh AUTHORITY.pem ...  time stamps too, against the certificates of authorities that you trust
# It writes to a temporary folder only. Ends with 0 if everything it checks is as it must be.
set -u
LC_ALL=C; export LC_ALL
T=$(mktemp -d) || exit 2
trap 'rm -rf "$T"' EXIT
[ $# -eq 0 ] || cat "$@" > "$T/authorities" || exit 2
cd "$(dirname "$0")" || exit 2
bad=0
wrong() { echo "WRONG: $1"; bad=1; }

# 1. every listed file has its digests; no file of the payload is unlisted
for kind in 256 512; do
  sha${kind}sum --quiet -c "manifest-sha$kind.txt" || wrong "manifest-sha$kind.txt"
  sha${kind}sum --quiet -c "tagmanifest-sha$kind.txt" || wrong "tagmanifest-sha$kind.txt"
  sed 's/^[0-9a-f]*  //' "manifest-sha$kind.txt" "tagmanifest-sha$kind.txt" | sort > "$T/listed"
  find . ! -type d ! -name 'tagmanifest-sha*.txt' | sed 's|^\./||' | sort > "$T/present"
  cmp -s "$T/listed" "$T/present" || wrong "files are here that manifest-sha$kind.txt does not list, or listed twice"
done

# 2. the log's size and root are signed by the key in custody/key.pub: three lines, an empty one, a signature
[ "$(wc -l < custody/checkpoint)" -eq 5 ] && [ -z "$(sed -n 4p custody/checkpoint)" ] || wrong "the form of custody/checkpoint"
head -n 3 custody/checkpoint > "$T/signed"
tail -n 1 custody/checkpoint | cut -d ' ' -f 3 | openssl base64 -d -A | tail -c 64 > "$T/signature"
{ printf '\060\052\060\005\006\003\053\145\160\003\041\000'; cut -d + -f 3- custody/key.pub | openssl base64 -d -A | tail -c 32; } > "$T/key.der"
openssl pkeyutl -verify -pubin -keyform DER -inkey "$T/key.der" -rawin -in "$T/signed" -sigfile "$T/signature" > /dev/null 2>&1 \
  || wrong "the signature of custody/checkpoint"
size=$(sed -n 2p custody/checkpoint)
sed -n 3p custody/checkpoint | openssl base64 -d -A > "$T/root"

# 3. each log entry here is in the log with that root (RFC 9162, 2.1.3.2)
node() { { printf '\001'; cat "$1" "$2"; } | openssl dgst -sha256 -binary > "$T/node"; mv "$T/node" "$T/hash"; }
entries=0
for entry in custody/entries/*.json; do
  entries=$((entries + 1))
  proof="${entry%.json}.tlog-proof"
  place=$(sed -n 's/^index //p' "$proof" | head -n 1)
  case "$entry" in "custody/entries/$(printf %09d "$place").json") ;; *) wrong "$proof is of another entry" ;; esac
  last=$((size - 1))
  { printf '\000'; cat "$entry"; } | openssl dgst -sha256 -binary > "$T/hash"
  sed -n '3,/^$/p' "$proof" | sed '/^$/d' > "$T/siblings"
  while read -r line; do
    printf %s "$line" | openssl base64 -d -A > "$T/sibling"
    if [ $((place % 2)) -eq 1 ] || [ "$place" -eq "$last" ]; then
      node "$T/sibling" "$T/hash"
      while [ $((place % 2)) -eq 0 ] && [ "$place" -ne 0 ]; do place=$((place / 2)); last=$((last / 2)); done
    else
      node "$T/hash" "$T/sibling"
    fi
    place=$((place / 2)); last=$((last / 2))
  done < "$T/siblings"
  cmp -s "$T/hash" "$T/root" && [ "$last" -eq 0 ] || wrong "$entry is not proved to be in the log"
done

# 4. the log recorded this very package as handed over; the log of a sealed case takes no entry, so its key says it in custody/export
if [ -e custody/export ]; then
  lines=$(wc -l < custody/export)
  head -n $((lines - 2)) custody/export > "$T/said"
  tail -n 1 custody/export | cut -d ' ' -f 3 | openssl base64 -d -A | tail -c 64 > "$T/signature"
  openssl pkeyutl -verify -pubin -keyform DER -inkey "$T/key.der" -rawin -in "$T/said" -sigfile "$T/signature" > /dev/null 2>&1 \
    || wrong "the signature of custody/export"
  grep -q '"act":"case.seal"' "custody/entries/$(printf %09d $((size - 1))).json" || wrong "custody/export: the log is not sealed"
else
  grep -l '"act":"export"' custody/entries/*.json | xargs cat > "$T/said"
fi
for file in bag-info.txt bagit.txt manifest-sha256.txt manifest-sha512.txt VERIFY.txt verify.sh; do
  digest=$(sha256sum "$file" | cut -d ' ' -f 1)
  grep -q "sha256:$digest" "$T/said" || wrong "$file is not what was recorded as handed over"
done

# 5. each original is one that the log recorded as received
for file in data/documents/*/original*; do
  [ -e "$file" ] || continue
  digest=$(sha256sum "$file" | cut -d ' ' -f 1)
  cat custody/entries/*.json | grep -q "\"original:$digest\"" || wrong "$file was not recorded as received"
done

# 6. each text and picture of a page is the one that its document's record states (the record's own proof is not walked here)
for file in data/documents/*/text/*.txt data/documents/*/pictures/*.png; do
  [ -e "$file" ] || continue
  digest=$(sha256sum "$file" | cut -d ' ' -f 1)
  grep -q "sha256.....$digest" "$(dirname "$(dirname "$file")")/record.json" || wrong "$file is not what its record states"
done

# 7. time stamps: by which moment an authority that you trust saw a state of the log (its anchor entry, of part 3, names the stamp)
stamps=0
for stamp in custody/anchors/*/*.tsr; do
  [ -e "$stamp" ] || continue
  if [ ! -e "$T/authorities" ]; then echo "Not checked: $stamp. Get the authority's certificate from the authority, and name it: sh verify.sh AUTHORITY.pem"; continue; fi
  state="$(dirname "$stamp")/checkpoint"
  digest=$(sha256sum "$stamp" | cut -d ' ' -f 1)
  grep -l '"act":"anchor"' custody/entries/*.json | xargs cat | grep -q "sha256:$digest" || wrong "$stamp was not recorded"
  at=$(openssl ts -reply -in "$stamp" -text 2> /dev/null | sed -n 's/^Time stamp: //p')
  if openssl ts -verify -in "$stamp" -data "$state" -CAfile "$T/authorities" -untrusted "${stamp%.tsr}.pem" -attime "$(date -d "$at" +%s)" > /dev/null 2>&1
  then stamps=$((stamps + 1)); echo "$stamp: a log of $(sed -n 2p "$state") entries was there by $at (that this log continues it: exhibit-verify)"
  else echo "NOT PROVED: $stamp is not by an authority that you named, or not over $state"; fi
done
[ ! -e "$T/authorities" ] || [ "$stamps" -gt 0 ] || wrong "no time stamp is valid for an authority that you named"

if [ "$bad" -eq 0 ]; then
  echo "As it must be: lists, signature, $entries log entries, this package, its originals."
  echo "Not checked here: that records are in the log's trees, quotes and load files (exhibit-verify does), and whose key this is:"
  cat custody/key.pub
fi
exit "$bad"
