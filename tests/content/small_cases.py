"""The smallest content/cases/ that loads: a part of the small tree."""

from content.case_parts import CUES

_PLAIN = """\
kind_{n}:
  name: 第{n}类
  kinds: [suggestion, hazard]
  unit: 街道办
  complex: false
  words: [词{n}]
  examples: [第{n}类的例一, 第{n}类的例二, 第{n}类的例三, 第{n}类的例四, 第{n}类的例五]
"""

CATEGORIES = (
    """\
manhole:
  name: 井盖
  kinds: [hazard]
  unit: 水务局
  complex: false
  words: [井盖, 窨井]
  examples: [井盖没了一个, 井盖翘起来了, 井盖松了响, 井盖碎成两半, 井盖被车压坏]
  questions:
    - id: open
      ask: 井口敞着吗？
      kinds: [hazard]
      choices: [敞着, 盖着]
      danger: 敞着
"""
    + "".join(_PLAIN.format(n=n) for n in range(1, 11))
    + """\
other:
  name: 其他
  kinds: [suggestion, hazard]
  unit: 街道办
  complex: false
  words: []
  examples: [别的事情一, 别的事情二, 别的事情三, 别的事情四, 别的事情五]
"""
)

REDRESS = """\
wages:
  name: 工资没拿到
  words: [工资]
  alone: [欠我工资]
  lead: 先把流水存好。
  places:
    "12333": 问劳动监察
  text: |-
    我叫〔姓名〕，〔公司全称〕欠我〔金额〕元。
    请帮我处理。
  idea: 可以另写一条建议。
"""

REFUSALS = """\
urgent:
  name: 紧急情况
  text: 这是眼前的危险。
  way_on: 报警110。
"""

LIMITS = """\
first_look_days: 1
accept_days: 3
answer_days: 5
complex_answer_days: 15
cases_a_day: 5
seconds_between: 120
sign_for_days: 1
rating_days: 1
paused_days: 10
question_days: 5
returns: 2
extensions: 1
extension_days: 15
"""

ANSWERS = """\
other:
  a: 办好了：〔做了什么〕。
"""

FILES = {
    "cases/answers.yml": ANSWERS,
    "cases/categories.yml": CATEGORIES,
    "cases/redress.yml": REDRESS,
    "cases/refusals.yml": REFUSALS,
    "cases/limits.yml": LIMITS,
    "cases/cues.yml": "".join(f"{name}: [词]\n" for name in CUES),
}
