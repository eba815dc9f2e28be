"""Writes the files of this folder with the programs whose formats they are.

    pip install numpy safetensors
    python make.py

Run once; the tests read what is committed. Contents are what `arrays` says, so that a test can say it too.
"""

import pathlib

import numpy as np
from numpy.lib import format as npy
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent

arrays = {
    "f64": np.array([[0.5, -1.5, 2.5], [3.5, 4.5, -5.5]], "<f8"),
    "f32": np.array([[0.5, -1.5, 2.5], [3.5, 4.5, -5.5]], "<f4"),
    "f16": np.array([0.5, -2.0, 65504.0, 6e-8], "<f2"),
    "i64": np.array([1, -2, 2**40], "<i8"),
    "i32": np.array([1, -2, 2**31 - 1], "<i4"),
    "i8": np.array([1, -2, 127], "i1"),
    "u8": np.array([1, 2, 255], "u1"),
    "bool": np.array([True, False, True]),
    "scalar": np.array(7.25, "<f4"),
    "empty": np.zeros((3, 0), "<f4"),
}

save_file(arrays, HERE / "python.safetensors", {"spec": "cell A[H] { … }", "version": "1"})
np.savez(HERE / "stored.npz", **arrays)
np.savez_compressed(HERE / "deflated.npz", **arrays)
# F[i, j, k] = 100 i + 10 j + k
cube = np.fromfunction(lambda i, j, k: 100 * i + 10 * j + k, (2, 3, 4), dtype="<i4").astype("<i4")
np.save(HERE / "fortran.npy", np.asfortranarray(cube))
with open(HERE / "version2.npy", "wb") as file:
    npy.write_array(file, arrays["f32"], version=(2, 0))
np.save(HERE / "big_endian.npy", arrays["f32"].astype(">f4"))
np.save(HERE / "objects.npy", np.array([{}, None], dtype=object), allow_pickle=True)
