// What doctor looks at: both files, Postfix's configuration as it says itself, and who the two run as.
// Tested by e2e/test_doctor.py.
#pragma once

#include "milter/cli/arguments.hpp"
#include "milter/doctor/finding.hpp"
#include "milter/installation/account.hpp"
#include "milter/postfix/milter_list.hpp"
#include "milter/postfix/postconf.hpp"
#include "milter/settings/snapshot.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::milter {

struct examined {
    std::string config_path = {};
    config gateway = {};
    std::shared_ptr<const snapshot> live = {}; // null where a file has errors
    postfix_configuration postfix = {};
    std::string option = {};        // " -c DIR" for Postfix's commands that are shown, or empty
    std::string setup_command = {}; // puts into Postfix what is missing
    milter_roles roles{{}, {}};
    account gateway_user = {}, daemon = {}; // the owner of the state directory, and Postfix's

    // What the gateway hands in itself, and what a content filter gives back.
    bool is_behind_gateway(const postfix_service& door) const;

    // Commands: to that end; and to take a parameter out where it stands, in the service or in main.cf.
    std::string set(postfix_edit::place where, std::string key, std::optional<std::string> after) const;
    std::string take_out(const postfix_service& of, std::string_view name) const;
    // Where it stands: "smtpd_milters in main.cf", "submission/inet in master.cf".
    static std::string place_of(const postfix_service& of, std::string_view name);
};

// Nothing after a complaint: no Postfix that can be read. What else is wrong is among `found`.
std::optional<examined> look_at_installation(const invocation& called, findings& found);

} // namespace sealgate::milter
