"""A spec computed by PyTorch: outputs, last states and the loss of a batch, one sequence after the other."""
import torch

import cells
from scope import Argument, Arguments, Callable, Line, Scope
from sizes import Size
from spec import Body
from values import Value


class Sample:
    """One sequence through a model, or through a cell that stands alone."""

    def __init__(self, spec, name, sizes, store, inputs):
        body = spec.bodies[name]
        alone = body.kind == "cell"
        settings = {size: Size.name(size) for size in sizes}
        around = Body("", {"kind": "model", "settings": [], "statements": []}) if alone else body
        self.scope = scope = Scope(spec, settings)
        if not alone:
            scope.settings = scope.complete(Callable(name, "cell", settings=dict(settings))).settings
        scope.enter(around, sizes, "", store)
        for one, (data, sequence) in inputs.items():
            scope.values[one] = input_value(scope, body, one, data, sequence)
        self.inputs = {one: scope.values[one].node for one in inputs}
        self.outputs, self.losses = {}, []
        self.run_cell(name, body) if alone else self.run_model(body)

    def run_cell(self, name, body):
        given = [(one, Argument(value=self.scope.values[one])) for one in body.inputs]
        settings = {one["name"]: self.scope.settings[one["name"]] for one in body.settings if one["name"] in self.scope.settings}
        found = self.scope.complete(Callable(name, "cell", True, settings, path=""))
        record = cells.call(self.scope, found, Arguments([], given), Line("")).record
        self.outputs = {one: record.member(one) for one in body.outputs}

    def run_model(self, body):
        for name in self.scope.equations:
            if not self.scope.named_layer(name):
                self.outputs[name] = self.scope.equation(name)
        for tree in body.losses:
            self.losses.append(sum_and_count(self.scope.evaluate(tree, Line(""))))

    def output(self, name):
        return self.outputs[name] if name in self.outputs else self.scope.values[name]

    def states(self):
        """By the paths that they have in files."""
        remembered = [(number, path, run) for number, path, run in self.scope.runs]
        remembered += [(number, self.name_of(number), value) for number, value in self.scope.delayed.items()]
        remembered.sort(key=lambda one: one[0])
        result = {}
        for name, (_, _, what) in zip(cells.unique(path for _, path, _ in remembered), remembered):
            if isinstance(what, cells.Run):
                result |= what.entries(name)
                continue
            for steps in range(1, min(17, what.steps + 1)):
                result[f"{name}.{steps}"] = Value(what.data[what.steps - steps])
            for steps in range(what.steps + 1, 17):
                result[f"{name}.{steps}"] = Value(what.data.new_full(what.data.shape[1:], cells.nothing(what)))
        return result

    def name_of(self, node):
        for name, number in self.inputs.items():
            if number == node:
                return name
        for name in self.scope.equations:
            if name in self.scope.values and self.scope.values[name].node == node:
                return name
        return "delayed"


def input_value(scope, body, name, data, sequence):
    type = body.inputs[name]
    if type is None:
        return Value(data, [Size.name(name.upper())], sequence)
    if type["token"] is None:
        return Value(data, scope.shape(type["shape"]), sequence)
    unknown = data < 0 if name in body.targets else None
    return Value(data, [], sequence, scope.known(type["token"]), unknown)


def sum_and_count(value):
    """Of a line of the loss: what it still has. Unknown places are not counted."""
    data, places = value.data, torch.ones(value.data.shape[:1] if value.seq else [], dtype=torch.bool)
    if value.unknown is not None:
        places = places & ~value.unknown
        data = data[places]
    elements = 1
    for size in value.data.shape[int(value.seq) :]:
        elements *= size
    return data.sum(), int(places.sum()) * elements


class Batch:
    def __init__(self, spec, name, sizes, store, arrays, lengths, count):
        """`arrays`: [batch, ...] by input; `lengths`: of each sequence, by input that is one."""
        self.samples = []
        for row in range(count):
            inputs = {}
            for one, array in arrays.items():
                is_sequence = one in lengths
                inputs[one] = (array[row, : lengths[one][row]] if is_sequence else array[row], is_sequence)
            self.samples.append(Sample(spec, name, sizes, store, inputs))

    def output(self, name, shape):
        """Zeros past the ends."""
        rows = []
        for sample in self.samples:
            value = sample.output(name)
            if value.seq:
                rest = shape[1] - value.steps
                rows.append(torch.cat([value.data, value.data.new_zeros(rest, *value.data.shape[1:])]))
            else:
                rows.append(value.data)
        return torch.stack(rows)

    def states(self):
        rows = [sample.states() for sample in self.samples]
        return {path: torch.stack([row[path].data for row in rows]) for path in rows[0] if all(path in row for row in rows)}

    def loss(self):
        total = None
        for lines in zip(*(sample.losses for sample in self.samples)):
            mean = sum(line[0] for line in lines) / max(sum(line[1] for line in lines), 1)
            total = mean if total is None else total + mean
        return total
