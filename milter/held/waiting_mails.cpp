#include "milter/held/waiting_mails.hpp"

#include "keys/base/files.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using policy::held_told;
using std::chrono::sys_seconds;

constexpr std::size_t most_recipients_kept = 20; // more are named nowhere

std::optional<sys_seconds> second_of(std::string_view text) {
    const auto time = parse_rfc3339(text::trim(text));
    return time ? std::optional(std::chrono::floor<std::chrono::seconds>(*time)) : std::nullopt;
}

std::string line_of(const policy::waiting_mail& mail) {
    json::array recipients;
    for (const auto& one : mail.recipients)
        if (recipients.size() < most_recipients_kept) recipients.push_back(json::string(text::printable(one)));
    return json::serialize(json::object{{"decision", mail.decision},
                                        {"queue_id", text::printable(mail.queue_id)},
                                        {"since", rfc3339(mail.since)},
                                        {"sender", text::printable(mail.sender)},
                                        {"recipients", std::move(recipients)},
                                        {"why", text::printable(mail.why)},
                                        {"told", std::to_underlying(mail.told)}}) +
           "\n";
}

policy::waiting_mail mail_in(const json::object& from) {
    const auto say = [&](std::string_view name) { return std::string(std::string_view(from.at(name).as_string())); };
    const auto since = second_of(say("since"));
    const auto told = from.at("told").to_number<unsigned>();
    if (!since || told > std::to_underlying(held_told::reminded)) throw std::invalid_argument("not of this form");
    policy::waiting_mail out{.decision = say("decision"),
                             .queue_id = say("queue_id"),
                             .since = *since,
                             .sender = say("sender"),
                             .recipients = {},
                             .why = say("why"),
                             .told = static_cast<held_told>(told)};
    for (const auto& one : from.at("recipients").as_array()) out.recipients.emplace_back(std::string_view(one.as_string()));
    return out;
}

std::optional<policy::waiting_mail> read_waiting(const fs::path& file) {
    try {
        return mail_in(json::parse(keys::read_file(file, keys::largest_key_file)).as_object());
    } catch (const boost::system::system_error&) {
    } catch (const std::system_error&) { // gone meanwhile
    } catch (const std::logic_error&) {
    }
    return std::nullopt;
}

bool is_file_name(std::string_view decision) {
    return !decision.empty() && std::ranges::all_of(decision, [](char c) { return text::is_alphanumeric(c) || c == '-'; });
}

} // namespace

fs::path waiting_mails::file(const std::string& decision) const { return directory_ / (decision + ".json"); }

void waiting_mails::keep(const policy::waiting_mail& mail) const {
    if (!is_file_name(mail.decision)) return;
    keys::make_private_directory(directory_);
    keys::replace_file(file(mail.decision), line_of(mail));
}

std::vector<policy::waiting_mail> waiting_mails::all() const {
    std::vector<policy::waiting_mail> out;
    if (!fs::exists(directory_)) return out;
    for (const auto& entry : fs::directory_iterator(directory_))
        if (entry.path().extension() == ".json")
            if (auto mail = read_waiting(entry.path())) out.push_back(*std::move(mail));
    std::ranges::sort(out, {}, [](const policy::waiting_mail& one) { return std::pair(one.since, one.decision); });
    return out;
}

void waiting_mails::forget(const std::vector<std::string>& decisions) const {
    bool any = false;
    for (const auto& decision : decisions) any = (is_file_name(decision) && fs::remove(file(decision))) || any;
    if (any) keys::sync_directory(directory_);
}

void waiting_mails::forget_but(const std::vector<std::string>& queue_ids, sys_seconds before) const {
    const std::set<std::string> there(queue_ids.begin(), queue_ids.end());
    std::vector<std::string> gone;
    for (const auto& one : all())
        if (one.since < before && !there.contains(one.queue_id)) gone.push_back(one.decision);
    forget(gone);
}

std::optional<sys_seconds> waiting_mails::last_mail() const {
    return fs::exists(mail_file_) ? second_of(keys::read_file(mail_file_, keys::largest_key_file)) : std::nullopt;
}

void waiting_mails::set_last_mail(sys_seconds time) const {
    keys::make_private_directory(mail_file_.parent_path());
    keys::replace_file(mail_file_, rfc3339(time) + "\n");
}

} // namespace sealgate::milter
