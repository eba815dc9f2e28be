"""A picture of what bench/compare found: how many times as fast as PyTorch, a bar for each number of threads."""
import statistics
from xml.sax.saxutils import escape

COLOURS = {1: "#4477aa", 2: "#66ccee"}
WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 860, 260, 60, 11, 9, 58


def bars(rows, title):
    """`rows`: case by case, each with case.name, threads and ratios()."""
    widest = max(statistics.median(row.ratios()) for row in rows)
    scale = (WIDTH - LEFT - RIGHT) / widest
    drawn, y, name = [], TOP, None
    for row in rows:
        if row.case.name != name:
            name, y = row.case.name, y + GAP
            drawn.append(f'<text x="{LEFT - 8}" y="{y + BAR}" text-anchor="end">{escape(name)}</text>')
        ratio, low, high = statistics.median(row.ratios()), min(row.ratios()), max(row.ratios())
        drawn.append(f'<rect x="{LEFT}" y="{y}" width="{ratio * scale:.1f}" height="{BAR - 1}" fill="{COLOURS[row.threads]}"/>')
        middle = y + BAR / 2
        drawn.append(f'<path d="M{LEFT + low * scale:.1f} {middle}H{min(LEFT + high * scale, WIDTH - 2):.1f}" stroke="#333"/>')
        drawn.append(f'<text x="{max(LEFT + ratio * scale, LEFT + high * scale) + 5:.1f}" y="{y + BAR - 1}">{ratio:.2f}</text>')
        y += BAR
    one = LEFT + scale
    return f'''<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 20}" font-family="sans-serif" font-size="11">
<rect width="100%" height="100%" fill="white"/>
<text x="{LEFT}" y="20" font-size="14">Times as fast as PyTorch: median, line from least to most</text>
<text x="{LEFT}" y="38">{escape(title)}; <tspan fill="{COLOURS[1]}">one thread</tspan>, <tspan fill="{COLOURS[2]}">two threads</tspan></text>
<path d="M{one:.1f} {TOP}V{y + 4}" stroke="#cc3311" stroke-dasharray="4 3"/>
{chr(10).join(drawn)}
</svg>
'''
