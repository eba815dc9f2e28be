"""The formats that rnnc reads and writes."""
import json
import struct

import numpy as np

KINDS = {"F32": np.float32, "F64": np.float64}


def read_safetensors(path):
    """Arrays in double precision, and the metadata."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    arrays = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        arrays[name] = np.frombuffer(data[begin:end], KINDS[entry["dtype"]]).reshape(entry["shape"]).astype(np.float64)
    return arrays, metadata


def write_safetensors(path, arrays, metadata):
    header, at, parts = {"__metadata__": metadata}, 0, []
    for name, array in arrays.items():
        data = array.astype(np.float32).tobytes()
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [at, at + len(data)]}
        at += len(data)
        parts.append(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))
