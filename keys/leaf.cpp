#include "keys/leaf.hpp"

#include "keys/armor.hpp"
#include "policy/base/text.hpp"

#include <utility>

namespace sealgate::keys {

namespace {

// RFC 3156 section 4: the first part says the version and no more.
bool is_version(const policy::mime_part& leaf, std::string_view content) {
    return leaf.is("application", "pgp-encrypted") && text::iequals(text::trim(content), "Version: 1");
}

bool may_be_binary(const policy::mime_part& leaf) {
    if (leaf.is("application", "pgp-encrypted") || leaf.is("application", "pgp")) return true;
    if (!leaf.is("application", "octet-stream")) return false;
    const auto name = text::lower(text::trim(leaf.file_name));
    return name.ends_with(".pgp") || name.ends_with(".gpg");
}

// Takes note of the first problem.
bool read_message(leaf_reading& into, std::string_view binary) {
    auto message = read_encrypted_message(binary);
    if (message) {
        into.messages.push_back(*std::move(message));
    } else if (into.problem.empty()) {
        into.problem = std::move(message.error());
    }
    return !into.messages.empty();
}

// A key or a signature may have a .pgp name too. A forged message is a fake under any name.
leaf_reading read_binary(const policy::mime_part& leaf, std::string_view content) {
    leaf_reading out;
    if (read_message(out, content)) {
        out.kind = leaf_kind::encrypted;
    } else if (leaf.is("application", "pgp-encrypted") || out.problem == readable_ciphertext) {
        out.kind = leaf_kind::fake;
    }
    return out;
}

leaf_reading read_armored(std::string_view content) {
    leaf_reading out{.kind = leaf_kind::fake, .armored = true};
    const auto armor = read_armor(content);
    if (armor.blocks.empty()) out.problem = "the armored data are broken";
    for (const auto& block : armor.blocks) {
        if (block.label == "PGP MESSAGE") {
            read_message(out, block.data);
        } else if (out.problem.empty()) {
            out.problem = "armored data that are no message";
        }
    }
    if (out.messages.empty()) return out;
    const bool alone = out.messages.size() == 1 && armor.blocks.size() == 1 && !armor.other_text;
    out.kind = alone ? leaf_kind::encrypted : leaf_kind::partial;
    if (!alone && out.problem.empty()) out.problem = "there is text or another block beside the encrypted one";
    return out;
}

} // namespace

leaf_reading read_leaf(const policy::mime_part& leaf) {
    const auto content = decoded_body(leaf);
    if (!content) {
        if (!announces_message(leaf.body)) return {};
        return {.kind = leaf_kind::fake, .problem = "its transfer encoding cannot be undone"};
    }
    const auto bytes = content->view();
    if (text::trim(bytes).empty()) return {.kind = leaf_kind::empty};
    if (is_version(leaf, bytes)) return {.kind = leaf_kind::version};
    if (announces_message(bytes)) return read_armored(bytes);
    return may_be_binary(leaf) ? read_binary(leaf, bytes) : leaf_reading{};
}

std::vector<std::string> openpgp_data(const policy::mime_part& leaf) {
    const auto content = decoded_body(leaf);
    std::vector<std::string> out;
    if (!content) return out;
    for (auto& block : read_armor(content->view()).blocks) out.push_back(std::move(block.data));
    if (out.empty() && may_be_binary(leaf)) out.emplace_back(content->view());
    return out;
}

} // namespace sealgate::keys
