"""Evaluates the language's equations, as docs/language.md says what they mean."""
import dataclasses
import math

import torch

import cells
from functions import BUILTINS, SIGNS, join, matrix_product, square_root, turned
from sizes import Size
from values import Value, broadcast, elementwise, number

WORDS = {"true", "false", "sequence", "step"}
LAYERS = {"linear", "headwise", "stack", "bidirectional"}


class Time:
    """`t` in brackets."""


@dataclasses.dataclass
class Callable:
    """A function, a cell or something built in, with its settings. `path`: of the parameters of a layer with a name."""

    name: str
    kind: str  # builtin, function, cell
    given: bool = False
    settings: dict = dataclasses.field(default_factory=dict)
    positional: list = dataclasses.field(default_factory=list)
    named: dict = dataclasses.field(default_factory=dict)
    scalar_shape: bool = False
    path: str = None

    @property
    def is_layer(self):
        return self.kind == "cell" or self.name in LAYERS


@dataclasses.dataclass
class Line:
    """What an expression stands on: it owns parameters and gives its shape. `site`: tells the uses of cells apart."""

    name: str
    shape: list = None
    index: int = 0
    count: int = 1
    site: tuple = ()
    taken: dict = dataclasses.field(default_factory=dict)
    uses: int = 0

    def next_site(self):
        self.uses += 1
        return (*self.site, self.name, self.index, self.uses)


@dataclasses.dataclass
class Argument:
    tree: dict = None
    value: Value = None
    scope: object = None  # of an argument of a function: where it was written, and on which line
    line: Line = None


@dataclasses.dataclass
class Arguments:
    positional: list
    named: list

    @staticmethod
    def of(trees):
        return Arguments([Argument(one["value"]) for one in trees if one["name"] is None],
                         [(one["name"], Argument(one["value"])) for one in trees if one["name"] is not None])  # fmt: skip


@dataclasses.dataclass
class Use:
    """Of something built in."""

    scope: object
    callable: Callable
    arguments: Arguments
    line: Line
    expected: list

    @property
    def brackets(self):
        return self.callable.positional

    def value(self, i, expected=None):
        return self.scope.argument(self.arguments.positional[i], self.line, expected)


class Scope:
    """The names of one body: of a model over all steps of one sample, of a cell at one step. Or of one use of a function."""

    def __init__(self, spec, settings, root=None, caller=None):
        self.spec, self.settings, self.caller = spec, settings, caller
        self.root = root or self
        self.arguments, self.pending, self.remembering = {}, None, []

    def enter(self, body, numbers, path, store):
        """As the scope of a body. `store`: tensors of parameters by their full path."""
        self.body, self.numbers, self.path, self.store = body, numbers, path, store
        self.equations = {name: dataclasses.replace(equation) for name, equation in body.equations.items()}
        self.values, self.active, self.parameter_dims, self.nodes = {}, [], {}, {}
        self.run, self.runs, self.delayed = None, [], {}
        for name, shape in body.params.items():
            self.values[name] = self.parameter(name, self.shape(shape))
        return self

    @property
    def in_cell(self):
        return self.root.body.kind == "cell"

    # ---- expressions

    def argument(self, argument, line, expected=None):
        return argument.value if argument.value is not None else self.evaluate(argument.tree, line, expected)

    def evaluate(self, tree, line, expected=None):
        return getattr(self, "_" + tree["kind"])(tree, line, expected)

    def _number(self, tree, line, expected):
        return number(literal(tree))

    def _name(self, tree, line, expected):
        argument = self.arguments.get(tree["name"])
        if argument is None:
            return self.lookup(tree["name"])
        if argument.value is None:
            argument.value = argument.scope.evaluate(argument.tree, argument.line, expected)
        return argument.value

    def _negate(self, tree, line, expected):
        return elementwise(torch.neg, self.evaluate(tree["operand"], line, expected))

    def _root(self, tree, line, expected):
        return elementwise(square_root, self.evaluate(tree["operand"], line, expected))

    def _parens(self, tree, line, expected):
        return self.evaluate(tree["inner"], line, expected)

    def _binary(self, tree, line, expected):
        if tree["sign"] == "@":
            left = self.evaluate(tree["left"], line)
            return matrix_product(left, self.evaluate(tree["right"], line))
        left = self.evaluate(tree["left"], line, expected)
        return elementwise(SIGNS[tree["sign"]], left, self.evaluate(tree["right"], line, expected))

    def _join(self, tree, line, expected):
        return join([self.evaluate(part, line) for part in tree["parts"]], self.numbers)

    def _member(self, tree, line, expected):
        layer = self.callable(tree["object"]) if tree["object"]["kind"] == "name" else None
        if layer and layer.path:
            return self.layer_parameter(layer, tree["name"])
        return self.evaluate(tree["object"], line).record.member(tree["name"])

    def _bracket(self, tree, line, expected):
        """A delay."""
        index, name = tree["arguments"][0]["value"], tree["object"].get("name")
        steps = 0
        if index["kind"] == "binary":
            steps = int(self.known(index["right"]).value(self.root.numbers)) * (1 if index["sign"] == "-" else -1)
        if steps and self.caller is None and self.in_cell and name in self.body.states:
            return self.run.state_past(name, steps)
        return self.past(self.evaluate(tree["object"], line), steps)

    def _call(self, tree, line, expected):
        return self.apply(self.callable(tree["callee"]), Arguments.of(tree["arguments"]), line, expected)

    def _pipe(self, tree, line, expected):
        stage, arguments = tree["stage"], Arguments([], [])
        if stage["kind"] == "call":
            arguments, stage = Arguments.of(stage["arguments"]), stage["callee"]
        arguments.positional.insert(0, Argument(tree["value"]))
        return self.apply(self.callable(stage), arguments, line, expected)

    # ---- names

    def lookup(self, name):
        if name in self.settings:
            value = self.settings[name]
            return number(float(value.value(self.root.numbers)) if isinstance(value, Size) else value)
        if name in self.equations:
            return self.equation(name)
        return self.values[name]

    def equation(self, name):
        if name in self.values:
            return self.values[name]
        if name in self.active:
            raise ValueError(f"{name} needs itself")
        equation, state = self.equations[name], self.body.states.get(name)
        self.active.append(name)
        shape = state["shape"] if state else equation.shape
        shape = None if shape is None else self.shape(shape)
        value = self.evaluate(equation.tree, Line(name, shape, equation.index, equation.count), shape)
        if shape is not None:
            value = broadcast(value, shape, self.numbers).but(record=value.record)
        if self.in_cell:  # a name for an input or a state is neither
            value = value.but(past=(lambda steps: self.run.state_past(name, steps)) if state else None)
        self.active.pop()
        self.values[name] = value
        return value

    def past(self, value, steps):
        if steps == 0:
            return value
        if self.in_cell:
            return value.past(steps)
        self.root.delayed.setdefault(value.node, value)
        before = value.data.new_full((min(steps, value.steps), *value.data.shape[1:]), cells.nothing(value))
        data = torch.cat([before, value.data[: max(value.steps - steps, 0)]])
        return value.but(data=data, unknown=None, record=None)

    # ---- parameters

    def own(self, line, base):
        line.taken[base] = count = line.taken.get(base, 0) + 1
        name = f"{line.name}.{base}" if line.name else base
        return name if count == 1 else f"{name}_{count}"

    def parameter(self, path, dims):
        root = self.root
        tensor = root.store[f"{root.path}.{path}" if root.path else path]
        root.parameter_dims[path] = dims
        return Value(tensor.reshape([int(dim.value(root.numbers)) for dim in dims]), dims)

    def layer_parameter(self, layer, name):
        path = f"{layer.path}.{name}"
        if path not in self.root.parameter_dims:  # the layer is applied on a line that has not been read yet
            for other in self.root.equations:
                if other not in self.root.active and not self.root.named_layer(other):
                    self.root.equation(other)
        return self.parameter(path, self.root.parameter_dims[path])

    # ---- what is known before the data

    def known(self, tree):
        kind = tree["kind"]
        if kind == "number":
            return Size.number(int(tree["text"])) if tree["text"].isdigit() else literal(tree)
        if kind == "time":
            return Time()
        if kind == "parens":
            return self.known(tree["inner"])
        if kind == "name":
            if tree["name"] in self.settings:
                return self.settings[tree["name"]]
            return tree["name"] if tree["name"] in WORDS else self.callable(tree)
        if kind == "bracket":
            return self.callable(tree)
        if kind in ("negate", "root"):
            value = self.known(tree["operand"])
            if kind == "negate":
                return Size.number(0) - value if isinstance(value, Size) else -value
            return math.sqrt(real(value))
        left, right = self.known(tree["left"]), self.known(tree["right"])
        if tree["sign"] == "^":
            return left if right == Size.number(1) else real(left) ** real(right)
        sizes = isinstance(left, Size) and isinstance(right, Size)
        a, b = (left, right) if sizes else (real(left), real(right))
        return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[tree["sign"]]()

    def shape(self, trees):
        return [self.known(tree) for tree in trees]

    def named_layer(self, name):
        equation = self.equations[name]
        if equation.layer is False:
            equation.layer, tree = None, equation.tree
            if tree["kind"] == "bracket" or (tree["kind"] == "name" and tree["name"] != name):
                found = self.callable(tree)
                if found and (found.kind == "function" or found.is_layer):
                    equation.layer = dataclasses.replace(found, path=name)
        return equation.layer

    def callable(self, tree):
        """Or None: it is a value."""
        if tree["kind"] == "parens":
            return self.callable(tree["inner"])
        if tree["kind"] == "name":
            return self.named_callable(tree["name"])
        found = self.callable(tree["object"]) if tree["kind"] == "bracket" else None
        return self.with_settings(found, tree["arguments"]) if found else None

    def named_callable(self, name):
        if name in self.arguments:
            return None
        if name in self.settings:
            return self.settings[name] if isinstance(self.settings[name], Callable) else None
        if self.caller is None:
            if name in self.equations:
                return self.named_layer(name)
            if name in self.body.inputs or name in self.body.states or name in self.body.params:
                return None
        if name in self.spec.functions:
            return Callable(name, "function")
        if name in self.spec.bodies:
            return Callable(name, "cell")
        return Callable(name, "builtin") if name in BUILTINS or name in LAYERS else None

    def with_settings(self, found, given):
        result = dataclasses.replace(found, given=True, settings={}, positional=[], named={})
        declared = self.declared(found)
        for one in given:
            value = self.known(one["value"])
            if found.kind != "builtin":
                name = one["name"] or declared[len(result.settings)]["name"]
                result.settings[name] = value
            elif one["name"]:
                result.named[one["name"]] = value
            else:
                result.positional.append(value)
        result.scalar_shape = not given
        return self.complete(result)

    def declared(self, found):
        if found.kind == "builtin":
            return []
        return self.spec.functions[found.name]["settings"] if found.kind == "function" else self.spec.bodies[found.name].settings

    def complete(self, found):
        """Settings by default, where none were given."""
        for setting in self.declared(found):
            if setting["name"] not in found.settings:
                found.settings[setting["name"]] = Scope(self.spec, found.settings, self.root, self).known(setting["default"])
        return found

    # ---- calls

    def apply(self, found, arguments, line, expected):
        if not found.given:
            found = self.complete(dataclasses.replace(found, settings=dict(found.settings)))
        if found.kind == "function":
            return self.call_function(found, arguments, line, expected)
        if found.kind == "cell":
            return cells.call(self, found, arguments, line)
        if found.name in ("stack", "bidirectional"):
            return getattr(self, found.name)(found, arguments, line)
        return BUILTINS[found.name](Use(self, found, arguments, line, expected))

    def call_function(self, found, arguments, line, expected):
        """A function stands for its expression, its arguments for what was written."""
        if found.path:
            line = Line(found.path, site=line.next_site())
        function = self.spec.functions[found.name]
        inside = Scope(self.spec, found.settings, self.root, self)
        names = iter(function["arguments"])
        for argument in arguments.positional:
            inside.arguments[next(names)] = Argument(argument.tree, argument.value, self, line)
        firsts = []
        for name, argument in arguments.named:
            if name in function["arguments"]:
                inside.arguments[name] = Argument(argument.tree, argument.value, self, line)
            else:
                firsts.append((name, Argument(value=self.argument(argument, line))))
        inside.pending = firsts or None
        result = inside.evaluate(function["value"], line, expected)
        if len(inside.remembering) == 1 and result.record is None:
            result = result.but(record=inside.remembering[0])
        self.remembering += inside.remembering
        return result

    @property
    def numbers(self):
        return self._numbers if self.caller is None else self.root.numbers

    @numbers.setter
    def numbers(self, numbers):
        self._numbers = numbers

    def part(self, inner, path, part, value, init, line):
        own = f"{path}.{part}"
        layer = inner if inner.kind == "function" or inner.path else dataclasses.replace(inner, path=own)
        arguments = Arguments([Argument(value=value)], [])
        if init is not None:
            arguments.named.append(("init", Argument(value=Value(record=init.record.parts[part], final=True))))
        return self.apply(layer, arguments, Line(own, site=line.next_site()), None)

    def stack(self, found, arguments, line):
        value = self.argument(arguments.positional[0], line)
        path = found.path or self.own(line, "stack")
        init = self.argument(arguments.named[0][1], line) if arguments.named else None
        parts = {}
        for layer in range(int(found.positional[1].value(self.root.numbers))):
            value = self.part(found.positional[0], path, str(layer), value, init, line)
            parts[str(layer)] = value.record
        return value.but(record=cells.Parts(parts))

    def bidirectional(self, found, arguments, line):
        value = self.argument(arguments.positional[0], line)
        path = found.path or self.own(line, "bidirectional")
        init = self.argument(arguments.named[0][1], line) if arguments.named else None
        ahead = self.part(found.positional[0], path, "ahead", value, init, line)
        back = self.part(found.positional[0], path, "back", turned(value), init, line)
        record = cells.Parts({"ahead": ahead.record, "back": dataclasses.replace(back.record, backwards=True)})
        return join([ahead, turned(back)], self.numbers).but(record=record)


def literal(tree):
    return math.inf if tree["text"] == "∞" else float(tree["text"])


def real(value):
    return float(value.value({})) if isinstance(value, Size) else value
