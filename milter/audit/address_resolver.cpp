#include "milter/audit/address_resolver.hpp"

#include "milter/audit/address_key.hpp"
#include "milter/audit/address_list.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/named_files.hpp"
#include "milter/settings/snapshot.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <iterator>
#include <system_error>
#include <utility>

namespace sealgate::milter {

namespace {

// The hashes of an address or a login, without domains behind them.
std::array<std::string, 2> hashes_of(const policy::pseudonyms& names, const std::string& who) {
    std::array out{names.of(policy::parse_address(who)), names.of_text(who)};
    for (auto& hash : out) hash.resize(std::min(hash.size(), hash.find('@')));
    return out;
}

} // namespace

address_resolver::address_resolver(const config& gateway)
    : keys_(key_places(gateway)) {
    try {
        names_ = load_pseudonyms(gateway.audit, if_missing::fail);
    } catch (const std::system_error& error) {
        problem_ = "the log's addresses are keyed, and their key can't be read: " + text_of(error) +
                   "; put it back, and see that you may read it (audit.address_key)";
    } catch (const std::exception& error) {
        problem_ = "the log's addresses are keyed: " + text_of(error) + " (audit.address_key)";
    }
}

std::vector<std::string> address_resolver::as_logged(std::vector<std::string> addresses) const {
    for (std::size_t i = 0, count = addresses.size(); i < count; ++i)
        std::ranges::move(names_.all_of(policy::parse_address(addresses[i])), std::back_inserter(addresses));
    return addresses;
}

std::vector<std::string> address_resolver::texts_as_logged(std::vector<std::string> texts) const {
    for (std::size_t i = 0, count = texts.size(); i < count; ++i)
        if (auto hashed = names_.of_text(texts[i]); hashed != texts[i]) texts.push_back(std::move(hashed));
    return texts;
}

std::expected<known_people, std::string> address_resolver::known(const std::vector<std::string>& files) const {
    if (!problem_.empty()) return std::unexpected(problem_);
    if (names_.are_clear())
        return std::unexpected("the configuration has addresses in clear (audit.addresses): to reveal what was hashed before, "
                               "set it and audit.address_key as they were then");
    if (files.empty()) return std::unexpected("reveal needs --addresses FILE: whom to look for, one address or login a line");
    known_people out;
    for (const auto& file : files) {
        const auto bytes = read_file(file);
        if (!bytes) return std::unexpected(file + ": " + bytes.error());
        const auto listed = read_address_list(file, *bytes);
        if (!listed) return std::unexpected(listed.error());
        if (listed->empty()) out.remarks.push_back(file + ": it names nobody");
        out.lines += listed->size();
        for (const auto& who : *listed) {
            for (auto& hash : hashes_of(names_, who)) {
                out.all.emplace(hash, who);
                out.listed.insert(std::move(hash));
            }
        }
    }
    keys::open_keyring(keys_, {}, {}, keys::reading::at_once).certificates->each([&](const auto& stored) {
        out.all.emplace(names_.of_text(stored.cert.fingerprint), stored.cert.fingerprint);
        for (const auto& address : stored.cert.addresses)
            for (auto& hash : hashes_of(names_, address)) out.all.emplace(std::move(hash), address);
    });
    return out;
}

} // namespace sealgate::milter
