#!/bin/sh
# Compiles the programs as they are kept in src/main/resources. The same clang gives the same bytes.
# usage: build.sh OUTPUT-DIRECTORY
set -eu
output=$(cd "$1" && pwd)
cd "$(dirname "$0")"
# The kernel's headers of a multiarch system are beside those of the architecture.
headers=/usr/include/$(uname -m)-linux-gnu
for source in *.bpf.c; do
    object=$output/${source%.c}.o
    "${CLANG:-clang}" -target bpf -mcpu=v2 -O2 -g -fdebug-compilation-dir=. -Wall -Werror -I"$headers" \
        -c "$source" -o "$object"
    "${LLVM_STRIP:-llvm-strip}" -g "$object"
done
