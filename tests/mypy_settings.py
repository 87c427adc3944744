"""Settings for the type checker: it reads the apps and models, and needs no secrets for that."""

import os

os.environ.setdefault("TONGBAN_MODE", "demo")

from tongban.config.settings import *  # noqa: F403
