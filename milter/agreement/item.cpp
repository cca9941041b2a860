#include "milter/agreement/item.hpp"

#include "milter/base/exception_text.hpp"
#include "milter/base/hex_key.hpp"
#include "milter/base/random.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/aes.hpp"
#include "policy/crypto/digest.hpp"

#include <algorithm>
#include <system_error>

namespace sealgate::milter {

namespace {

std::string derived(std::string_view secret, std::string_view what_for) {
    const auto octets = hmac_sha256(secret, what_for);
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

// An old item in the place of a newer one, or of another, is none.
std::string bound_to(std::string_view row, std::uint64_t revision) { return std::string(row) + " " + std::to_string(revision); }

} // namespace

fleet_key::fleet_key(std::string_view secret)
    : names_(derived(secret, "sealgate fleet: names"))
    , items_(derived(secret, "sealgate fleet: items")) {}

std::string fleet_key::row_of(std::string_view kind, std::string_view name) const {
    return hmac_sha256_hex(names_, std::string(kind) + "\n" + std::string(name));
}

std::string fleet_key::seal(const agreed_item& item) const {
    const auto nonce = random_octets<std::tuple_size_v<gcm_nonce>>();
    const auto plain = item.kind + "\n" + item.name + "\n" + item.gateway + "\n" + item.value;
    return std::string(reinterpret_cast<const char*>(nonce.data()), nonce.size()) +
           seal_aes256_gcm(items_, nonce, bound_to(row_of(item.kind, item.name), item.revision), plain);
}

std::optional<agreed_item> fleet_key::open(std::string_view row, std::uint64_t revision, std::string_view sealed) const {
    gcm_nonce nonce{};
    if (sealed.size() < nonce.size()) return std::nullopt;
    std::ranges::copy(sealed.substr(0, nonce.size()), nonce.begin());
    const auto plain = open_aes256_gcm(items_, nonce, bound_to(row, revision), sealed.substr(nonce.size()));
    if (!plain) return std::nullopt;
    std::string_view rest = *plain;
    agreed_item out;
    for (auto* word : {&out.kind, &out.name, &out.gateway}) *word = text::take_line(rest);
    out.revision = revision;
    out.value = rest;
    return row_of(out.kind, out.name) == row ? std::optional(std::move(out)) : std::nullopt;
}

std::expected<fleet_key, std::string> read_fleet_key(const std::filesystem::path& file) {
    try {
        if (const auto key = read_hex_key(file)) return fleet_key(*key);
        return std::unexpected(file.string() + " is no key of a fleet: 64 hex digits in lower case, the same on each gateway "
                                               "(openssl rand -hex 32)");
    } catch (const std::system_error& problem) {
        return std::unexpected(text_of(problem));
    }
}

} // namespace sealgate::milter
