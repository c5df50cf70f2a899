"""``python -m cyberclf``."""

from cyberclf.cli import main

main()
