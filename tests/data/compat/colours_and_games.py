"""Colours, Conway's life, a maze and a word count, all in plain Python."""
import colorsys
from collections import Counter, deque

print([round(each, 3) for each in colorsys.rgb_to_hsv(0.2, 0.4, 0.4)])
cells = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
for _ in range(4):
    near = Counter((x + i, y + j) for x, y in cells for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j)
    cells = {cell for cell, count in near.items() if count == 3 or (count == 2 and cell in cells)}
print(sorted(cells))
MAZE = ["S.#.", "..#.", "#...", "##.E"]
queue, seen = deque([((0, 0), 0)]), {(0, 0)}
while queue:
    (row, column), steps = queue.popleft()
    if MAZE[row][column] == "E":
        print("steps", steps)
        break
    for i, j in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
        if 0 <= i < 4 and 0 <= j < 4 and MAZE[i][j] != "#" and (i, j) not in seen:
            seen.add((i, j))
            queue.append(((i, j), steps + 1))
