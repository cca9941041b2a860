#include "milter/people.hpp"

#include "keys/store.hpp"
#include "milter/address_key.hpp"
#include "milter/cli.hpp"
#include "milter/files.hpp"
#include "policy/base/text.hpp"

#include <exception>
#include <string_view>
#include <utility>

namespace sealgate::milter {

namespace {

void add(policy::known_addresses& to, const policy::pseudonyms& names, const std::string& who) {
    const auto address = policy::parse_address(who);
    for (auto hash : {names.of(address), names.of_text(who)}) {
        hash.resize(std::min(hash.size(), hash.find('@')));
        to.emplace(std::move(hash), who);
    }
}

} // namespace

people::people(const config& gateway)
    : keys_directory_(gateway.keys_directory()) {
    try {
        names_ = load_pseudonyms(gateway.audit, if_missing::fail);
    } catch (const std::exception& error) {
        problem_ = std::string("the log's addresses are keyed, and their key can't be read: ") + error.what() +
                   "; put it back, and see that you may read it (audit.address_key)";
    }
}

std::vector<std::string> people::as_logged(std::vector<std::string> addresses) const {
    for (std::size_t i = 0, count = addresses.size(); i < count; ++i)
        addresses.push_back(names_.of(policy::parse_address(addresses[i])));
    return addresses;
}

std::expected<policy::known_addresses, std::string> people::known(const std::vector<std::string>& files) const {
    if (!problem_.empty()) return std::unexpected(problem_);
    if (names_.are_clear()) return std::unexpected("the log's addresses are in clear (audit.addresses)");
    if (files.empty()) return std::unexpected("reveal needs --addresses FILE: whom to look for, one address or login a line");
    policy::known_addresses out;
    for (const auto& file : files) {
        const auto bytes = read_file(file);
        if (!bytes) return std::unexpected(file + ": " + bytes.error());
        for (std::string_view rest = *bytes; !rest.empty();)
            if (const auto who = text::trim(text::take_line(rest)); !who.empty() && !who.starts_with('#'))
                add(out, names_, std::string(who));
    }
    for (const auto& stored : keys::store(keys_directory_, {}).load().certificates) {
        out.emplace(names_.of_text(stored.cert.fingerprint), stored.cert.fingerprint);
        for (const auto& address : stored.cert.addresses) add(out, names_, address);
    }
    return out;
}

} // namespace sealgate::milter
