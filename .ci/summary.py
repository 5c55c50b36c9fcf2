#!/usr/bin/env python3
"""Reads the test reports of all modules: prints the skipped and failed tests with their reasons, then the totals."""

import glob
import sys
import xml.etree.ElementTree as ElementTree

passed = failed = 0
skipped = []
failures = []
for path in sorted(glob.glob("*/target/surefire-reports/*.xml") + glob.glob("*/target/failsafe-reports/TEST-*.xml")):
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        skip = case.find("skipped")
        problem = case.find("failure") if case.find("failure") is not None else case.find("error")
        if skip is not None:
            skipped.append((name, (skip.get("message") or "no reason given").split("\n")[0]))
        elif problem is not None:
            failures.append((name, (problem.get("message") or problem.get("type") or "").split("\n")[0]))
        else:
            passed += 1
failed = len(failures)

for name, reason in skipped:
    print(f"SKIPPED {name}: {reason}")
for name, reason in failures:
    print(f"FAILED {name}: {reason}")
print(f"{passed} passed, {failed} failed, {len(skipped)} skipped")
sys.exit(1 if failed or passed == 0 else 0)
