"""Columns by hour."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st
from page_cases import NOW

from resources.review.page.charts import HEIGHT, HOURS, TOP, by_hour, nice


def test_the_last_24_hours_end_with_the_present_one():
    chart = by_hour(
        {NOW: 3, NOW - dt.timedelta(hours=23): 1, NOW - dt.timedelta(hours=24): 99}, NOW + dt.timedelta(minutes=59)
    )
    assert len(chart.columns) == HOURS
    assert [(column.hour, column.words) for column in (chart.columns[0], chart.columns[-1])] == [
        (NOW - dt.timedelta(hours=23), 1),
        (NOW, 3),
    ]
    assert (chart.total, chart.most.hour) == (4, NOW)
    assert [column.label for column in chart.columns if column.label][-1] == "12:00"


def test_hours_without_words_have_no_column_and_the_highest_stays_below_the_top():
    chart = by_hour({NOW: 10}, NOW)
    assert [bool(column.path) for column in chart.columns] == [False] * 23 + [True]
    assert chart.rules == ((TOP + HEIGHT / 2, 5), (TOP, 10))
    assert by_hour({}, NOW).rules == ((TOP, 1),)


@given(st.integers(1, 10**9))
def test_the_top_of_the_scale_is_round_and_not_much_more(most):
    assert most <= nice(most) < 2.5 * most + 1
    assert str(nice(most)).rstrip("0") in ("1", "2", "5")
