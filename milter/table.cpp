#include "milter/table.hpp"

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

void print_csv(std::ostream& out, const std::vector<std::vector<std::string>>& rows) {
    for (const auto& row : rows) {
        std::vector<std::string> cells;
        for (auto cell : row) {
            if (!cell.empty() && std::string_view("=+-@").contains(cell.front()) && cell != "-") cell.insert(0, "'");
            for (auto quote = cell.find('"'); quote != std::string::npos; quote = cell.find('"', quote + 2))
                cell.insert(quote, 1, '"');
            const bool plain = cell.find_first_of(",\"\r\n") == std::string::npos;
            cells.push_back(plain ? std::move(cell) : '"' + cell + '"');
        }
        out << text::join(cells, ",") << '\n';
    }
}

} // namespace sealgate::milter
