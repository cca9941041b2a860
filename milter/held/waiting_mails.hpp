// The mails that the gateway held and knows of no end of: state/held/waiting/, a file for each (contrib/design/held_format.md).
// The gateway makes them, since it cannot see Postfix's queue; commands, which can, take away those of mails that are gone.
// What is lost of them is told to nobody a second time, and nothing else depends on it.
//
// Errors throw std::system_error.
// Tested by held/waiting_mails_test and e2e/test_held_notify.py.
#pragma once

#include "policy/notices/held_mail.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

class waiting_mails {
public:
    // `held`: the directory state/held/.
    explicit waiting_mails(const std::filesystem::path& held)
        : directory_(held / "waiting")
        , mail_file_(held / "told") {}

    // On disk when it returns.
    void keep(const policy::waiting_mail& mail) const;
    // The oldest first; files that are none are passed over.
    std::vector<policy::waiting_mail> all() const;
    void forget(const std::vector<std::string>& decisions) const;
    // All that began before then and are not among these queue ids.
    void forget_but(const std::vector<std::string>& queue_ids, std::chrono::sys_seconds before) const;

    // When administrators were written to.
    std::optional<std::chrono::sys_seconds> last_mail() const;
    void set_last_mail(std::chrono::sys_seconds time) const;

private:
    std::filesystem::path file(const std::string& decision) const;

    std::filesystem::path directory_, mail_file_;
};

} // namespace sealgate::milter
