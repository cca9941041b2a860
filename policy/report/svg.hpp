// Pictures of numbers as SVG, made of nothing but shapes and text: stacked columns over time with marks above, and bars in the
// cells of a table. They scale by themselves from a phone to paper, and take their colours from the page's style
// sheet (policy/report/style.hpp): a series' look is its class there, with a pattern where colours alone could be mixed up.
//
// Pure. Every picture tells in words what it shows (title, desc); the numbers themselves stand in a table beside it.
#pragma once

#include "policy/base/html.hpp"

#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace sealgate::policy {

// How a series is drawn: the names of the classes .o-… and .k-… in the style sheet.
enum class series_look : std::uint8_t { deliver, warn, seal, hold, reject, defer, watched, k0, k1, k2, k3, k4, k5, k6 };

struct chart_series {
    std::string name;
    series_look drawn = series_look::deliver;
};

struct chart_column {
    std::string name;                  // whole, for a tip
    std::string tick;                  // short, below the axis
    std::vector<std::uint64_t> values; // one a series, from the bottom up

    std::uint64_t total() const { return std::accumulate(values.begin(), values.end(), std::uint64_t{0}); }
};

constexpr std::size_t most_marks = 30; // the first ones are drawn; more would be a wall

struct chart_mark {
    double at = 0; // in columns from the left: 2.5 is the middle of the third
    std::string name;
    std::string flag; // very short
};

struct column_chart {
    std::string id; // unique in the page
    std::string title, description;
    std::vector<chart_series> series;
    std::vector<chart_column> columns;
    std::vector<chart_mark> marks;
};

void draw(html::writer& to, const column_chart& chart);

// A rectangle that looks like the series: the key to a chart.
void draw_swatch(html::writer& to, series_look drawn);

struct bar_part {
    double share = 0; // of the room, 0 to 1
    series_look drawn = series_look::deliver;
};

// A bar in parts, from the left; hidden from screen readers: the numbers stand beside it.
void draw_bar(html::writer& to, const std::vector<bar_part>& parts);

// What the looks refer to: once a page, before the first picture.
void draw_patterns(html::writer& to);

} // namespace sealgate::policy
