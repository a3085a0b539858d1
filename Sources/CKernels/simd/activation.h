// SwiGLU (Shazeer 2020): h = silu(g) * u, silu(g) = g * sigmoid(g).

INLINE vf v_sigmoid(vf x) { return 1.0f / (1.0f + v_exp(-x)); }

static void swiglu(int64_t rows, int64_t inner, const float *gate_up, float *h) {
    for (int64_t r = 0; r < rows; r++, gate_up += 2 * inner, h += inner) {
        const float *gate = gate_up, *up = gate_up + inner;
        int64_t i = 0;
        for (; i + LANES <= inner; i += LANES) {
            const vf g = v_load(gate + i);
            v_store(h + i, g * v_sigmoid(g) * v_load(up + i));
        }
        if (i < inner) {
            const int64_t left = inner - i;
            const vf g = v_load_part(gate + i, left, 0);
            v_store_part(h + i, g * v_sigmoid(g) * v_load_part(up + i, left, 0), left);
        }
    }
}

/// d silu / dg = s + g * s * (1 - s).
static void swiglu_backward(int64_t rows, int64_t inner, const float *dh, const float *gate_up, float *d_gate_up) {
    for (int64_t r = 0; r < rows; r++, gate_up += 2 * inner, d_gate_up += 2 * inner, dh += inner) {
        for (int64_t i = 0; i < inner; i += LANES) {
            const int64_t wide = inner - i < LANES ? inner - i : LANES;
            const bool full = wide == LANES;
            const vf g = full ? v_load(gate_up + i) : v_load_part(gate_up + i, wide, 0);
            const vf u = full ? v_load(gate_up + inner + i) : v_load_part(gate_up + inner + i, wide, 0);
            const vf d = full ? v_load(dh + i) : v_load_part(dh + i, wide, 0);
            const vf s = v_sigmoid(g), silu = g * s;
            const vf d_gate = d * u * (silu * (1.0f - s) + s), d_up = d * silu;
            if (full) {
                v_store(d_gate_up + i, d_gate);
                v_store(d_gate_up + inner + i, d_up);
            } else {
                v_store_part(d_gate_up + i, d_gate, wide);
                v_store_part(d_gate_up + inner + i, d_up, wide);
            }
        }
    }
}
