// A table of a report: captioned, the first cell of each row its heading, numbers flush right, a bar beside them where it
// helps.
// Tested by report/page_test.
#pragma once

#include "policy/base/html.hpp"
#include "policy/report/svg.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::policy {

enum class cell_kind : std::uint8_t { words, outside, code, time, number, share, bar };

struct data_cell {
    cell_kind kind = cell_kind::words;
    std::string text = {};
    std::uint64_t number = 0;
    double share = 0; // 0 to 1
    std::vector<bar_part> parts = {};
    series_look drawn = series_look::deliver;
    bool has_swatch = false;             // a heading that is a chart's key too
    std::vector<std::string> lines = {}; // below the text, each by itself
};

data_cell words(std::string text);   // ours
data_cell outside(std::string text); // an address, a domain, a name
data_cell code(std::string text);    // a stable word
data_cell number(std::uint64_t count);
data_cell percent(std::uint64_t part, std::uint64_t whole); // "12.3%"
data_cell bar(const std::vector<std::pair<std::uint64_t, series_look>>& parts, std::uint64_t whole);
data_cell keyed(std::string text, series_look drawn); // words with the look of a chart's series

struct data_table {
    std::string id; // unique in the page
    std::string caption;
    std::vector<std::string> heads;
    std::vector<std::vector<data_cell>> rows; // each as long as the heads
    std::string note;                         // below the table
};

// Nothing but the note where there are no rows.
void draw(html::writer& to, const data_table& table);

} // namespace sealgate::policy
