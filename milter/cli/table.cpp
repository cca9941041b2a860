#include "milter/cli/table.hpp"

#include "policy/base/text.hpp"

#include <algorithm>

namespace sealgate::milter {

void print_table(std::ostream& out, const std::vector<std::vector<std::string>>& rows, std::string_view indent) {
    const auto width_of = [](const std::string& cell) { return text::decode_utf8(cell).size(); };
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
    }
    for (const auto& row : rows) {
        std::string line(indent);
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) line.append(widths[i] - width_of(row[i]) + 2, ' ');
        }
        out << line << '\n';
    }
}

namespace {

// Where a spreadsheet may begin a cell, whatever it takes for a separator and for quotes, a formula does not begin: "=", "+",
// "-", "@", also in full width (U+FF1D, U+FF0B, U+FF0D, U+FF20). "-" alone is our word for nothing.
std::string without_formulas(const std::string& cell) {
    if (cell == "-") return cell;
    std::u32string out;
    bool at_beginning = true;
    for (const char32_t c : text::decode_utf8(cell)) {
        const bool begins_formula = std::u32string_view(U"=+-@\uFF1D\uFF0B\uFF0D\uFF20").contains(c);
        if (at_beginning && begins_formula) out += U'\'';
        out += c;
        const bool separates = std::u32string_view(U",;|\t\r\n").contains(c);
        const bool is_passed_over = std::u32string_view(U" \u00A0\u3000\"'").contains(c);
        at_beginning = separates || (at_beginning && is_passed_over);
    }
    return text::encode_utf8(out);
}

} // namespace

void print_csv(std::ostream& out, const std::vector<std::vector<std::string>>& rows) {
    for (const auto& row : rows) {
        std::vector<std::string> cells;
        for (const auto& value : row) {
            auto cell = without_formulas(value);
            for (auto quote = cell.find('"'); quote != std::string::npos; quote = cell.find('"', quote + 2))
                cell.insert(quote, 1, '"');
            const bool plain = cell.find_first_of(",\"\r\n") == std::string::npos;
            cells.push_back(plain ? std::move(cell) : '"' + cell + '"');
        }
        out << text::join(cells, ",") << '\n';
    }
}

} // namespace sealgate::milter
