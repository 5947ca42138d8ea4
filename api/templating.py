"""The page templates: Jinja2 with everything escaped, and an error for a name that is not there."""

import re
from functools import cache

import jinja2
from markupsafe import Markup, escape


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("api"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["coded"] = coded
    return environment


def coded(text: str) -> Markup:
    """The text, escaped, with what stands between backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", escape(text)))  # noqa: S704 - escaped just now


def template(name: str) -> jinja2.Template:
    """The template of this file name in `templates/`."""
    return _environment().get_template(name)
