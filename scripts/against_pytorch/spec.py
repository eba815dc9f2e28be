"""The trees that `rnnc inspect --equations` prints (docs/equations.md), by name."""
import dataclasses


@dataclasses.dataclass
class Equation:
    tree: dict
    shape: list  # trees of sizes, or None
    index: int = 0
    count: int = 1
    layer: object = False  # asked before: the layer that the line names, or None


class Body:
    """A cell or a model."""

    def __init__(self, name, tree):
        self.name, self.kind, self.settings = name, tree["kind"], tree["settings"]
        self.inputs, self.states, self.params, self.equations, self.outputs, self.losses = {}, {}, {}, {}, [], []
        self.targets = set()
        for statement in tree["statements"]:
            getattr(self, "_" + statement["kind"])(statement)

    def _input(self, statement):
        for name in statement["names"]:
            self.inputs[name] = statement["type"]

    def _target(self, statement):
        self._input(statement)
        self.targets.update(statement["names"])

    def _state(self, statement):
        for name in statement["names"]:
            self.states[name] = statement

    def _param(self, statement):
        if statement["shape"] is not None:  # else it only says how one that a layer owns begins
            for path in statement["paths"]:
                self.params[path] = statement["shape"]

    def _equation(self, statement):
        names = statement["names"]
        for index, name in enumerate(names):
            self.equations[name] = Equation(statement["value"], statement["shape"], index, len(names))

    def _output(self, statement):
        self.outputs += statement["names"]
        if statement["value"] is not None:
            self._equation(statement)

    def _loss(self, statement):
        self.losses.append(statement["value"])

    def symbols(self):
        """Names that stand for sizes: settings that are none of another kind, and what stands in the shapes of inputs."""
        names = [setting["name"] for setting in self.settings]
        for type in self.inputs.values():
            for tree in (type or {}).get("shape") or []:
                names += [tree["name"]] if tree["kind"] == "name" else []
            token = (type or {}).get("token")
            names += [token["name"]] if token and token["kind"] == "name" else []
        return list(dict.fromkeys(names))


class Spec:
    def __init__(self, json):
        self.own = json["own"]
        self.functions = json["functions"]
        self.bodies = {name: Body(name, tree) for name, tree in json["bodies"].items()}
        self.trees = json["bodies"]
        self.remembering = {}

    def remembers(self, name):
        """Whether a cell has states or delays, or runs one that has."""
        if name not in self.remembering:
            self.remembering[name] = False
            tree = self.trees.get(name) or self.functions[name]
            self.remembering[name] = any(self._remembers(node) for node in nodes(tree))
        return self.remembering[name]

    def _remembers(self, node):
        kind = node.get("kind")
        if kind == "bracket" and len(node["arguments"]) == 1:
            index = node["arguments"][0]["value"]
            return index["kind"] == "binary" and index["left"]["kind"] == "time"
        if kind != "name":
            return kind == "state"
        name = node["name"]
        return name == "window" or ((name in self.bodies or name in self.functions) and self.remembers(name))


def nodes(tree):
    if isinstance(tree, dict):
        yield tree
        tree = tree.values()
    if not isinstance(tree, str) and tree is not None and not isinstance(tree, (int, float)):
        for part in tree:
            yield from nodes(part)
