"""Parts of an item that several rules and screens look at together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tongban.core.items import CheckPoint, FormField, ItemSpec


def all_check_points(item: ItemSpec) -> tuple[CheckPoint, ...]:
    """Every check point of an item: of materials, reviews, inspection and the other steps."""
    steps = item.procedure
    holders: list[Iterable[CheckPoint]] = [material.check_points for material in item.materials]
    holders += [review.check_points for review in steps.reviews]
    holders += [
        step.check_points
        for step in (steps.completeness, steps.decision, steps.inspection, steps.certificate, steps.delivery)
        if step is not None
    ]
    return tuple(point for holder in holders for point in holder)


def form_fields(item: ItemSpec) -> Iterator[tuple[str, FormField]]:
    """Every field of the form with its path; the columns of tables too."""
    for page in item.form:
        for each in page.fields:
            yield each.key, each
            for column in each.columns:
                yield f"{each.key}.{column.key}", column


def item_code(item: ItemSpec) -> str:
    """实施编码, 31 characters: the authority's USCC, its level, the base code."""
    return f"{item.authority.uscc}{item.authority.level}{item.base_code}"
