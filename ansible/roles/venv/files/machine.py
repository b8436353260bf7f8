"""What a Python and its machine are, as environment markers and as the tag of its wheels; for any Python 3."""

import json
import os
import platform
import sys

print(json.dumps({
    "tag": "cp%d%d" % sys.version_info[:2],
    "python_version": "%d.%d" % sys.version_info[:2],
    "python_full_version": platform.python_version(),
    "implementation_name": sys.implementation.name,
    "platform_python_implementation": platform.python_implementation(),
    "platform_machine": platform.machine(),
    "platform_system": platform.system(),
    "sys_platform": sys.platform,
    "os_name": os.name,
}))
