"""Uses of cells: what they remember from step to step, and what others take from them."""
import dataclasses

import torch

import scope as language
from functions import turned
from sizes import Size, substitute
from values import Value, broadcast, serial, stacked


def nothing(value):
    """Before the start there is no token, and a number is 0."""
    return -1 if value.token is not None else 0


def pack(name):
    """All dims of an input without a shape, as one."""
    return f"{name}..."


# ---------------------------------------------------------------- memory

class Run:
    """One use of a cell: its states, the past of its inputs, and the uses of cells inside."""

    def __init__(self, spec, body, settings, numbers, path, store, given=None):
        self.spec, self.body, self.settings, self.numbers, self.path, self.store = spec, body, settings, numbers, path, store
        self.firsts = dict(given or {})
        self.states = {name: [] for name in body.states}  # the latest first
        self.inputs = {name: [] for name in body.inputs}
        self.last = {}  # inputs as they are, for the shape of what is not there
        self.inside = {}  # site: (path, Run)
        self.adopted = None

    def adopt(self, other):
        """Begin with the last states of another."""
        self.firsts, self.last = dict(other.firsts), dict(other.last)
        self.states = {name: list(past) for name, past in other.states.items()}
        self.inputs = {name: list(past) for name, past in other.inputs.items()}
        self.adopted = other if other.inside else other.adopted
        return self

    def step(self, inputs):
        scope = language.Scope(self.spec, self.settings).enter(self.body, self.numbers, self.path, self.store)
        scope.run, self.last = self, inputs
        self._begin(scope)
        for name, value in inputs.items():
            scope.values[name] = value.but(past=lambda steps, name=name: self.input_past(name, steps))
        for name in scope.equations:
            if not scope.named_layer(name):
                scope.equation(name)
        for name, past in self.states.items():
            past.insert(0, scope.values[name])
        for name, past in self.inputs.items():
            past.insert(0, inputs[name])
        return scope

    def _begin(self, scope):
        for name, state in self.body.states.items():
            dims, first = scope.shape(state["shape"]), state["first"]
            value = self.firsts.get(name)
            if value is None and first is not None and first.get("name") in self.body.params:
                value = scope.values[first["name"]]
            elif value is None:
                value = language.number(0 if first is None else language.real(scope.known(first)))
            self.firsts[name] = broadcast(value, dims, self.numbers)

    def state_past(self, name, steps):
        past = self.states[name]
        return past[steps - 1] if steps <= len(past) else self.firsts[name]

    def input_past(self, name, steps):
        past, like = self.inputs[name], self.last[name]
        if steps <= len(past):
            return past[steps - 1]
        return like.but(data=torch.full_like(like.data, nothing(like)), unknown=None)

    def without_steps(self, inputs):
        """The scope of a step that does not count, and what there is before it."""
        copy = Run(self.spec, self.body, self.settings, self.numbers, self.path, self.store, self.firsts).adopt(self)
        scope = copy.step({name: value.but(data=torch.full_like(value.data, nothing(value))) for name, value in inputs.items()})
        copy.forget_a_step()
        return scope, copy

    def forget_a_step(self):
        for past in (*self.states.values(), *self.inputs.values()):
            past.pop(0)
        for _, run in self.inside.values():
            run.forget_a_step()

    def entries(self, prefix):
        """Every remembered value by the path that it has in files."""
        def path(name):
            return f"{prefix}.{name}" if prefix else name

        result = {}
        for steps in range(1, 17):
            for name in self.states:
                result[path(name if steps == 1 else f"{name}.{steps}")] = self.state_past(name, steps)
            for name in self.inputs:
                if name in self.last and not self.last[name].seq:
                    result[path(f"{name}.{steps}")] = self.input_past(name, steps)
        for name, (_, run) in zip(unique(path for path, _ in self.inside.values()), self.inside.values()):
            result |= run.entries(path(name))
        return result


def unique(paths):
    """The second of a name ends in _2."""
    taken, result = set(), []
    for path in paths:
        name, count = path, 1
        while name in taken:
            count += 1
            name = f"{path}_{count}"
        taken.add(name)
        result.append(name)
    return result


# ---------------------------------------------------------------- what others take

@dataclasses.dataclass
class Record:
    """What `y.c` looks into and `final(y)` takes: the scopes of all steps, or of one."""

    scopes: list
    seq: bool
    sizes: dict  # what the cell's names are for its user
    user: object  # scope
    run: Run
    like: object = None  # a scope, where there are no steps
    backwards: bool = False

    def member(self, name):
        values = [scope.values[name] for scope in self.scopes]
        like = values[0] if values else self.like.values[name]
        record = self._inner([value.record for value in values], like.record)
        if like.data is None:
            return Value(record=record)
        value = stacked(values, like) if self.seq else like
        value = lifted(value, self.sizes, self.user.numbers).but(past=None, record=record)
        return turned(value) if self.backwards else value

    def _inner(self, records, like):
        if not isinstance(like, Record):
            return None
        sizes = {name: substitute(dims, self.sizes) for name, dims in like.sizes.items()}
        scopes = [scope for record in records for scope in record.scopes]
        first = like.like or like.scopes[0]
        return dataclasses.replace(like, scopes=scopes, seq=self.seq, sizes=sizes, user=self.user, like=first)


@dataclasses.dataclass
class Parts:
    """Of a stack and the like."""

    parts: dict

    def member(self, name):
        return Value(record=self.parts[name])


def lifted(value, sizes, numbers):
    """A value of the callee in its user's names."""
    dims = substitute(value.dims, sizes)
    token = value.token.substitute({name: one[0] for name, one in sizes.items() if len(one) == 1}) if value.token else None
    data = value.data
    if len(dims) != len(value.dims):
        data = data.reshape(([value.steps] if value.seq else []) + [int(dim.value(numbers)) for dim in dims])
    return value.but(data=data, dims=dims, token=token)


# ---------------------------------------------------------------- calls

def call(scope, found, arguments, line):
    body = scope.spec.bodies[found.name]
    given = [scope.argument(argument, line) for argument in arguments.positional]
    path = found.path if found.path is not None else scope.own(line, found.name)
    inputs = dict(zip(body.inputs, given))
    firsts = []
    for name, argument in arguments.named:
        if name in body.inputs:
            inputs[name] = scope.argument(argument, line)
        else:
            firsts.append((name, scope.argument(argument, line)))
    callee = Binding(scope, found, body, inputs)
    remembers = scope.spec.remembers(found.name)
    if remembers:
        firsts += pending(scope)
    run = begin(scope, line, path, callee, firsts)
    for name in body.params:
        scope.root.parameter_dims[f"{path}.{name}"] = substitute(scope_shape(scope, callee, body.params[name]), callee.sizes)
    record = record_of(scope, body, callee, run)
    if remembers:
        scope.remembering.append(record)
    if len(body.outputs) != 1:
        return Value(record=record)
    return record.member(body.outputs[0]).but(record=record)


def scope_shape(scope, callee, trees):
    return language.Scope(scope.spec, callee.settings, scope.root, scope).shape(trees)


def pending(scope):
    """First values given to a function mean the one cell with states inside."""
    while scope is not None:
        if scope.pending:
            firsts, scope.pending = scope.pending, None
            return [(name, argument.value) for name, argument in firsts]
        scope = scope.caller
    return []


class Binding:
    """What the callee's names are, and its inputs under them."""

    def __init__(self, scope, found, body, given):
        self.body, self.sizes, self.numbers, self.inputs = body, {}, {}, {}
        self.settings = {name: Size.name(name) for name in body.symbols()}
        for name, value in found.settings.items():
            if isinstance(value, Size):
                self._size(scope, name, [value])
            else:
                self.settings[name] = value
        for name, type in body.inputs.items():
            self.inputs[name] = self._bind(scope, name, type, given[name])

    def _size(self, scope, name, dims):
        total = 1
        for dim in dims:
            total *= dim.value(scope.numbers)
        self.sizes[name], self.numbers[name] = dims, int(total)

    def _bind(self, scope, name, type, value):
        value = value.but(past=None, record=None)
        if type is not None and type["token"] is not None:
            self._match(scope, type["token"], value.token)
            return value.but(token=self._known(scope, type["token"]))
        if type is not None:
            for tree, dim in zip(type["shape"], value.dims, strict=True):
                self._match(scope, tree, dim)
            return value.but(dims=[self._known(scope, tree) for tree in type["shape"]])
        self._size(scope, pack(name), value.dims)
        lead = [value.steps] if value.seq else []
        return value.but(data=value.data.reshape(lead + [self.numbers[pack(name)]]), dims=[Size.name(pack(name))])

    def _match(self, scope, tree, have):
        if tree["kind"] == "name" and tree["name"] not in self.sizes:
            self._size(scope, tree["name"], [have])
        elif substitute([self._known(scope, tree)], self.sizes) != [have]:
            raise ValueError(f"{tree} is not {have}")

    def _known(self, scope, tree):
        return language.Scope(scope.spec, self.settings, scope.root, scope).known(tree)


def begin(scope, line, path, callee, firsts):
    """The run of this use. Inside a cell it goes on from step to step."""
    body = callee.body
    site = line.next_site()
    inside = scope.root.run.inside if scope.in_cell else None
    if inside is not None and site in inside:
        return inside[site][1]
    full = f"{scope.root.path}.{path}" if scope.root.path else path
    given, init = {}, None
    for name, value in firsts:
        if name == "init":
            init = value.record.run
            continue
        given[name] = named_as(value, body.states[name], scope, callee)
    run = Run(scope.spec, body, callee.settings, callee.numbers, full, scope.root.store, given)
    adopted = scope.root.run.adopted if inside is not None else None
    if init is not None:
        run.adopt(init)
    elif adopted is not None and site in adopted.inside:
        run.adopt(adopted.inside[site][1])
    if inside is not None:
        inside[site] = (path, run)
    elif scope.spec.remembers(body.name):
        scope.root.runs.append((next(serial), path, run))
    return run


def named_as(value, state, scope, callee):
    """A first value, given in its user's names, under the dims of the state."""
    dims = scope_shape(scope, callee, state["shape"])
    here = broadcast(value, substitute(dims, callee.sizes), scope.numbers)
    return here.but(data=here.data.reshape([int(dim.value(callee.numbers)) for dim in dims]), dims=dims, past=None, record=None)


def record_of(scope, body, callee, run):
    stepped = [name for name, type in body.inputs.items() if callee.inputs[name].seq and not (type and type["sequence"])]
    if scope.in_cell or not stepped:
        return Record([run.step(callee.inputs)], False, callee.sizes, scope.root, run)

    def at(t):
        return {name: value.but(data=value.data[t], seq=False, unknown=None) if name in stepped else value
                for name, value in callee.inputs.items()}  # fmt: skip

    steps = callee.inputs[stepped[0]].steps
    if steps == 0:
        like = {name: value.but(data=value.data.new_zeros(value.data.shape[1:]), seq=False) if name in stepped else value
                for name, value in callee.inputs.items()}  # fmt: skip
        prototype, before = run.without_steps(like)
        run.adopt(before)
        run.inside = before.inside
        return Record([], True, callee.sizes, scope.root, run, prototype)
    return Record([run.step(at(t)) for t in range(steps)], True, callee.sizes, scope.root, run)
