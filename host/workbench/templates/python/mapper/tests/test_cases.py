from jackfield_sdk.testing import cases
from plugin import plugin

test_case = cases(plugin)
