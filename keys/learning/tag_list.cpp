#include "keys/learning/tag_list.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <iterator>

namespace sealgate::keys {

std::optional<std::vector<std::pair<std::string_view, std::string_view>>> read_tags(std::string_view text) {
    std::vector<std::pair<std::string_view, std::string_view>> out;
    const auto pieces = text::split(text, ';');
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const auto piece = text::trim(pieces[i]);
        if (piece.empty() && i + 1 == pieces.size()) break;
        const auto equals = piece.find('=');
        const auto name = text::trim(piece.substr(0, equals));
        if (equals == std::string_view::npos || name.empty()) return std::nullopt;
        out.emplace_back(name, text::trim(piece.substr(equals + 1)));
    }
    return out;
}

std::string without_folding(std::string_view value) {
    std::string out;
    std::ranges::remove_copy_if(value, std::back_inserter(out), text::is_space);
    return out;
}

} // namespace sealgate::keys
