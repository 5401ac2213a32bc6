import sys
from pathlib import Path

SDK = Path(__file__).parents[1]
sys.path.insert(0, str(SDK))
# Tests of the runner start pytest in folders of their own.
pytest_plugins = ["pytester"]
