// Records of decisions, as the gateway writes them.
#pragma once

#include "policy/audit/record.hpp"

#include <boost/json.hpp>

#include <string_view>

namespace sealgate::policy {

struct of_record {
    std::string_view id = "7Q2K-M4XD", sender = "ann@example.org";
    std::chrono::system_clock::time_point time = {};
    pseudonyms names = {};
};

inline boost::json::object record_of(const policy& rules, const facts& known, const decision& made,
                                     const of_record& more = {}) {
    const auto sender = parse_address(more.sender);
    const auto fields =
        audit_fields({.rules = rules, .known = known, .made = made, .mode = mode::enforce, .reply = "", .names = more.names},
                     {.time = more.time,
                      .id = more.id,
                      .queue_id = "4WXYZ12345",
                      .message_id = "",
                      .sender = sender,
                      .client = "127.0.0.1",
                      .user = "",
                      .release_of = known.release ? "2222-2222" : ""});
    return boost::json::parse("{" + fields + "}").as_object();
}

} // namespace sealgate::policy
