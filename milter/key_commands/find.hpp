// sealgate keys find: certificates of these addresses from where they are published, into the store.
// Tested by e2e/test_found_keys.py.
#pragma once

#include "milter/key_commands/desk.hpp"

namespace sealgate::milter {

int find_published(const key_desk& desk, const invocation& called);

} // namespace sealgate::milter
