// The minimum of a function of one variable between bounds: a coarse grid against local minima, then Brent's method
// (Brent 1973, chapter 5) around its best point.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

namespace fairlead::forecast {

template <class Function>
double minimise_between(Function&& f, double least, double most, double tolerance, std::int64_t& evaluations,
                        int grid = 9) {
    const double spacing = (most - least) / (grid - 1);
    double x = least, fx = f(least);
    for (int i = 1; i < grid; ++i) {
        const double at = i + 1 == grid ? most : least + i * spacing, value = f(at);
        if (value < fx) x = at, fx = value;
    }
    evaluations += grid;
    double a = std::max(least, x - spacing), b = std::min(most, x + spacing);
    const double golden = 0.3819660112501051;
    double w = x, v = x, fw = fx, fv = fx, step = 0, before = 0;
    for (int i = 0; i < 60; ++i) {
        const double middle = 0.5 * (a + b), close = 1e-10 + tolerance * std::abs(x);
        if (std::abs(x - middle) <= 2 * close - 0.5 * (b - a)) break;
        bool parabola = false;
        if (std::abs(before) > close) {
            double r = (x - w) * (fx - fv), q = (x - v) * (fx - fw), p = (x - v) * q - (x - w) * r;
            q = 2 * (q - r);
            if (q > 0) p = -p;
            q = std::abs(q);
            const double last = before;
            before = step;
            if (std::abs(p) < std::abs(0.5 * q * last) && p > q * (a - x) && p < q * (b - x)) {
                step = p / q;
                const double u = x + step;
                if (u - a < 2 * close || b - u < 2 * close) step = x < middle ? close : -close;
                parabola = true;
            }
        }
        if (!parabola) {
            before = (x < middle ? b : a) - x;
            step = golden * before;
        }
        const double u = std::clamp(std::abs(step) >= close ? x + step : x + (step > 0 ? close : -close), least, most),
                     fu = f(u);
        ++evaluations;
        if (fu <= fx) {
            (u < x ? b : a) = x;
            v = w, fv = fw, w = x, fw = fx, x = u, fx = fu;
        } else {
            (u < x ? a : b) = u;
            if (fu <= fw || w == x) {
                v = w, fv = fw, w = u, fw = fu;
            } else if (fu <= fv || v == x || v == w) {
                v = u, fv = fu;
            }
        }
    }
    return x;
}

}  // namespace fairlead::forecast
