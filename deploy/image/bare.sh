#!/bin/sh
# The last step of the image: a Python that can install nothing. What it brings for that goes, also the copies of
# pip that `ensurepip` keeps to bring it back. Never run it on a Python that somebody else needs: sh bare.sh PYTHON
set -eu
python=${1:?usage: bare.sh PYTHON}
if "$python" -m pip --version >/dev/null 2>&1; then
	"$python" -m pip uninstall --yes --quiet --root-user-action ignore setuptools wheel pip
fi
rm -rf "$("$python" -c 'import ensurepip; print(ensurepip.__path__[0])')"
