#!/bin/sh
# The bucket that files are kept in, once; again is harmless: sh bucket.sh NAME
set -eu
tries=0
until mc --quiet alias set store http://store:9000 "$MINIO_ROOT_USER" "$MINIO_ROOT_PASSWORD"; do
	tries=$((tries + 1))
	[ "$tries" -lt 30 ] || exit 1
	sleep "${PAUSE:-2}"
done
mc --quiet mb --ignore-existing "store/${1:?usage: bucket.sh NAME}"
