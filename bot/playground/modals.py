"""The stack of modals of a person, and their home tab."""

from __future__ import annotations

import secrets
from dataclasses import replace

from bot.playground.records import Json, OpenView
from bot.playground.speaking import with_ids
from bot.playground.world import World


def add_view(world: World, person: str, body: Json) -> OpenView:
    """A view on top of what is open; a home tab stands by itself."""
    stack = world.modals_of(person) if body["type"] == "modal" else ()
    view_id = world.new_id("V")
    view = OpenView(
        id=view_id,
        person=person,
        body={**body, "blocks": list(with_ids(body["blocks"]))},
        hash=_new_hash(world),
        root=stack[0].id if stack else view_id,
        previous=stack[-1].id if stack else None,
    )
    world.put(view)
    return view


def replace_view(world: World, view: OpenView, body: Json) -> OpenView:
    """Another body for an open view. What was typed stays where `block_id` and `action_id` stay."""
    after = replace(view, body={**body, "blocks": list(with_ids(body["blocks"]))}, hash=_new_hash(world))
    world.put(after)
    return after


def close_view(world: World, view: OpenView) -> None:
    """Take a view off the stack, and what lies on it."""
    stack = list(world.modals_of(view.person))
    for one in stack[stack.index(view) :] if view in stack else [view]:
        world.remove(one)


def close_all(world: World, person: str) -> None:
    """Take all modals off a person's screen."""
    for view in list(world.modals_of(person)):
        world.remove(view)


def _new_hash(world: World) -> str:
    return f"{int(world.clock.seconds())}.{secrets.token_hex(4)}"
