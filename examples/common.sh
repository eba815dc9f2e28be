# For the `run` scripts of the examples, which `source` it: builds rnnc if need be, and goes to build/examples/NAME, where all files are made.
# They ask nothing, need no network but Debian's packages, and train nothing a second time; remove that folder to begin again.
set -euo pipefail
example=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
cd "$example/../.."
scripts/setup examples
mkdir -p "build/examples/$(basename "$example")"
if ! { cmake --preset release && cmake --build --preset release -j "$(nproc)" --target rnnc; } >build/examples/build.log 2>&1; then
  tail -n 50 build/examples/build.log >&2
  exit 1
fi
rnnc=$PWD/build/release/rnnc
cd "build/examples/$(basename "$example")"

# `train FOLDER SPEC DATA [OPTIONS]`: trains into the folder, unless that has been done.
train() {
  local folder=$1 spec=$2 data=$3
  shift 3
  if [[ ! -e $folder/done ]]; then
    "$rnnc" train "$spec" --data "$data" -o "$folder" --overwrite "$@"
    touch "$folder/done"
  fi
}

# `debian_file PACKAGE PATH`: a file of a package, without installing what the package depends on.
debian_file() {
  local package=$1 path=$2
  if [[ ! -s $path ]]; then
    (mkdir -p package && cd package && apt-get -qq -o APT::Sandbox::User=root download "$package" && dpkg -x "$package"_*.deb .)
  fi
}

# `object FOLDER CHECKPOINT [OPTIONS]`: the model as an object file and header, FOLDER/model.o and model.h, and what its self-test says.
object() {
  local folder=$1 checkpoint=$2
  shift 2
  "$rnnc" emit "$folder/$checkpoint" -o "$folder/model.o" "$@"
  cc -std=c99 -I"$folder" "$example/../self_test.c" "$folder/model.o" -o "$folder/self_test"
  echo "$folder/model.o: $(stat -c %s "$folder/model.o") bytes, needs '$(nm -u "$folder/model.o")', $("$folder/self_test")"
}
