#!/bin/sh
# Makes every secret that compose.yaml hands out, once; what is there stays. The folder is closed to others; the files in
# it can be read, since each service reads its own as another user.
set -eu
folder=${1:-"$(dirname "$0")/secrets"}
umask 077
mkdir -p "$folder"
chmod 700 "$folder"

# keep NAME: standard input becomes the secret NAME, unless there is one.
keep() {
    if [ -s "$folder/$1" ]; then cat >/dev/null; return; fi
    cat >"$folder/$1.new"
    chmod 444 "$folder/$1.new"
    mv "$folder/$1.new" "$folder/$1"
}

openssl rand -base64 384 | keep mongodb_keyfile
openssl rand -hex 32 | keep mongodb_password
printf 'mongodb://reunify:%s@mongodb:27017/?replicaSet=reunify&authSource=admin&w=majority&journal=true\n' \
    "$(cat "$folder/mongodb_password")" | keep mongodb_uri
for name in token_pepper cursor_key photo_key audit_key; do openssl rand -hex 32 | keep "$name"; done
# An older release had a key for second factors alone, which still opens them.
{ openssl rand -hex 32; cat "$folder/credentials_key" 2>/dev/null || true; } | keep data_keys
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 | keep vapid_private_key
echo "The secrets are in $folder: keep a copy where only you can read it."
