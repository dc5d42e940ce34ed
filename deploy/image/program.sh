#!/bin/sh
# The second half of the image: the program beside its environment, and `atoz` to call it by.
# Run from the project's root: sh deploy/image/program.sh PREFIX
set -eu
prefix=${1:?usage: program.sh PREFIX}
mkdir -p "$prefix/program"
cp -R activities atoz workflows playbooks starter.py worker.py LICENSE "$prefix/program/"
find "$prefix/program" -name __pycache__ -type d -prune -exec rm -rf {} +
"$prefix/bin/python" -m compileall -q "$prefix/program"
cat >"$prefix/bin/atoz" <<SCRIPT
#!/bin/sh
exec "$prefix/bin/python" "$prefix/program/starter.py" "\$@"
SCRIPT
chmod 0755 "$prefix/bin/atoz"
