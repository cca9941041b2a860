// sealgate keys find and refresh: certificates of these addresses from where they are published, into the store.
// Tested by e2e/test_found_keys.py.
#pragma once

#include "milter/key_commands/desk.hpp"

namespace sealgate::milter {

int find_published(const key_desk& desk, const invocation& called);
// What was found before, from where it was.
int refresh_found(const key_desk& desk, const invocation& called);

} // namespace sealgate::milter
