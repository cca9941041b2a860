#include "milter/agreement/kind.hpp"

#include "policy/crypto/digest.hpp"

#include <algorithm>
#include <stdexcept>

namespace sealgate::milter {

agreed_kind* kind_named(const agreed_kinds& all, std::string_view name) {
    const auto found = std::ranges::find(all, name, [](const auto& one) { return one->kind(); });
    return found == all.end() ? nullptr : found->get();
}

std::string of_another_form(const agreed_kind::word& one) { return "what " + one.gateway + " says is of another form"; }

std::string digest_of(const agreed_kind& kind, const std::string& value) {
    return value.empty() ? std::string{} : sha256_hex(kind.told_apart_by(value));
}

std::optional<std::string> here_of(agreed_kind& kind, const std::string& name) {
    try {
        return kind.here(name);
    } catch (const std::runtime_error&) {
        return std::nullopt;
    }
}

} // namespace sealgate::milter
