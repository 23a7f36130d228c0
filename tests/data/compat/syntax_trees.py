"""Read, check, change and compile Python, and calculate safely."""
import ast
import dis
import keyword
import tokenize
from io import StringIO

tree = ast.parse("def f(a, b=1):\n    return a + b * 2")
print(ast.dump(tree.body[0].args, annotate_fields=False), [type(n).__name__ for n in ast.walk(tree) if isinstance(n, ast.BinOp)])


class Double(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.copy_location(ast.Constant(node.value * 2), node)


space: dict = {}
exec(compile(ast.fix_missing_locations(Double().visit(tree)), "<made>", "exec"), space)
print(space["f"](1), ast.unparse(tree), ast.literal_eval("{'a': [1, (2, None)]}"), eval("x + 1", {"x": 1}))
print([token.string for token in tokenize.generate_tokens(StringIO("a = b'x'  # c").readline) if token.string.strip()])
print(keyword.iskeyword("match"), keyword.issoftkeyword("match"), any(each.opname == "RETURN_VALUE" for each in dis.get_instructions(space["f"])))
