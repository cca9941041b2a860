// A mail that was held comes in again, released: whether it is the one that root permits, and what Postfix is to do with it.
// Tested by gateway/gateway_test and e2e/test_held.py.
#pragma once

#include "milter/held/permits.hpp"
#include "milter/protocol/edits.hpp"
#include "milter/protocol/transaction.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/decision/decide.hpp"
#include "policy/mail/smtp_reply.hpp"
#include "policy/notices/held_mail.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::milter {

// With this begins the reply to doctor's probe, which is refused whatever it is; its classification follows.
inline constexpr std::string_view probe_counts_as = "probe: counts as ";

// The permit of its token, used up, and the terms of the release; or 451, and nothing of it goes on. Compares on the pool.
boost::asio::awaitable<std::optional<policy::smtp_reply>> begin_release(const snapshot& live, transaction& mail,
                                                                        held_permits* permits, boost::asio::thread_pool& pool);

// 451, since it cannot be let go as it was permitted.
policy::smtp_reply not_released(std::string_view why);
inline constexpr std::string_view in_monitor_mode = "in monitor mode it would leave as it is (gateway.mode)";

// It would be held again, so it is not taken: the held one stays, and who released it reads why.
policy::smtp_reply still_held(const policy::policy& rules, const policy::decision& made, std::string_view id);

// What held.notify hears of a mail that is held.
policy::waiting_mail waiting_mail_of(const policy::policy& rules, const policy::decision& made, const transaction& mail,
                                     std::string_view id, wall_time time);

// What it comes to waits in the hold queue until the held one is gone (decision 0028).
void keep_back(edit_list& edits, std::string_view id);

} // namespace sealgate::milter
