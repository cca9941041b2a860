// sealgate keys publish: the certificates of the organisation's own people, as the files of a Web Key Directory.
// Tested by e2e/test_keys_publish.py.
#pragma once

#include "milter/key_commands/desk.hpp"

namespace sealgate::milter {

int publish_certificates(const key_desk& desk, const invocation& called);

} // namespace sealgate::milter
