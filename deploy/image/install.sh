#!/bin/sh
# The first half of the image: an environment of what runtime.txt locks by hash, and nothing else.
# Run from the project's root: sh deploy/image/install.sh PREFIX. Where UV names the program uv, that
# installs in place of pip, from its cache.
set -eu
prefix=${1:?usage: install.sh PREFIX}
python3 -m venv "$prefix"
if [ -n "${UV:-}" ]; then
	"$UV" pip install --quiet --python "$prefix/bin/python" \
		--only-binary :all: --no-deps --require-hashes -r requirements/runtime.txt
else
	"$prefix/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check \
		--only-binary :all: --no-deps --require-hashes -r requirements/runtime.txt
fi
"$prefix/bin/python" -m compileall -q "$prefix/lib" || true # a dependency's tests may not compile
"$prefix/bin/pip" uninstall --yes --quiet setuptools pip
