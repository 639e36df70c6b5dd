"""The part of the small tree that is content/notices/."""

from content.notice_parts import TIMES

FILES = {
    "notices/topics.yml": "weather: {name: 天气, words: [台风], unasked: true}\n",
    "notices/limits.yml": """\
quiet_hours: '22:00-07:00'
riding_peaks: ['11:00-13:30']
a_week: 7
batch: 100
title_most: 30
text_most: 800
""",
    "notices/times.yml": "".join(f"{name}: [词]\n" for name in TIMES),
}
