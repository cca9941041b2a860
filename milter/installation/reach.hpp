// Whether a Postfix daemon finds the gateway's socket, tried as that daemon: as Postfix's user, in its queue directory, and
// where it is chrooted with nothing but that. Tested by e2e/test_doctor.py.
#pragma once

#include "milter/installation/account.hpp"

#include <string>
#include <string_view>

namespace sealgate::milter {

// 0: it answers. ENOENT: the path; EACCES: the modes; ECONNREFUSED: nobody listens; EINVAL: it is no endpoint. `daemon`:
// Postfix's user (mail_owner).
int try_to_reach(std::string_view milter, const account& daemon, const std::string& queue_directory, bool is_chrooted);

} // namespace sealgate::milter
