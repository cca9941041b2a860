// All that a running gateway has in common with others of its fleet, by the database to which they bring their logs: which
// mails are sensitive (milter/sharing), and, with a key of the fleet, certificates and who was told. Tested by
// e2e/test_shared_keys.py and e2e/test_shared_threads.py.
#pragma once

#include "milter/agreement/agreeing.hpp"
#include "milter/agreement/surroundings.hpp"
#include "milter/notices/ledger.hpp"
#include "milter/sharing/thread_sharing.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

class fleet_ties {
public:
    // The ledger outlives it. Nothing is shared where `live` has no database in audit.sinks. Throws std::system_error.
    fleet_ties(std::shared_ptr<const snapshot> live, thread_sharing::listener hear, audience told, notice_ledger& ledger,
               const std::function<void(std::string_view)>& complain);

    // Another configuration is in force, or other keys.
    void follow(std::shared_ptr<const snapshot> live) { live_ = std::move(live); }
    // What the end does first.
    void stop() noexcept;
    std::vector<std::string> problems() const; // one line each

private:
    std::atomic<std::shared_ptr<const snapshot>> live_;
    std::unique_ptr<thread_sharing> threads_;
    std::unique_ptr<agreeing> agreement_;
};

} // namespace sealgate::milter
