// sealgate serve: reads both files, and runs the gateway.

#include "keys/rnp/librnp.hpp"
#include "milter/commands/list.hpp"
#include "milter/memory/allocator.hpp"
#include "milter/service/service.hpp"
#include "milter/sinks/connection.hpp"
#include "policy/base/text.hpp"

#include <csignal>
#include <iostream>

namespace sealgate::milter {

int cmd_serve(const invocation& called) {
    forget_environment();
    try {
        keys::prepare_librnp();
    } catch (const keys::librnp_broken&) { // the proof says so
    }
    // Until the service listens for it, a reload is nothing to die of.
    std::signal(SIGHUP, SIG_IGN);
    // A peer that leaves, a gpg that dies and a log that can't grow are seen as errors where they happen.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    auto live = load_snapshot(called.config_path);
    if (!live) {
        for (const auto& error : live.error()) std::cerr << text::printable(error, 2000) << '\n';
        complain("not started");
        return exit_unusable;
    }
    set_up_allocator((*live)->gateway.limits.memory);
    run_service(called.config_path, *std::move(live));
    return exit_yes;
}

} // namespace sealgate::milter
