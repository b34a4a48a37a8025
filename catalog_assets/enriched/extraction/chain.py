"""A linear-chain conditional random field (Lafferty, McCallum and Pereira, ICML 2001) over several label sets.

Belongs here: its weights, learning them, and the probability of each candidate span. Does not belong here: what the
marks of a token are (`marks.py`) and which candidates are believed (`judge.py`).

Labels are O, and B and I of each attribute (first token of a value, further ones). Each category has the labels of its
own attributes and its own transitions; what a mark says of an attribute is shared by all categories. A weight is
learned for every mark and label that were seen together (as CRFsuite does), by L-BFGS on the penalized likelihood.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from catalog_assets.enriched.extraction.marks import BUCKETS, Buckets
from catalog_assets.enriched.extraction.tokens import LONGEST, Ints

if TYPE_CHECKING:
    from scipy import sparse

Array = NDArray[np.float64]

PENALTY = 1.5
PENALTY_OF_TRANSITIONS = 0.01
ITERATIONS = 60
BATCH = 64
"""Texts that are gone through together; with more of them more steps are spent on padding."""
NEVER = -1e4
LEAST = 0.02
"""Spans less probable than this are no candidates."""


@dataclass(frozen=True)
class Weights:
    """What was learned. A row of the emissions belongs to a bucket; what is not listed is zero.

    buckets: rising; counts: of each bucket its weights; labels, values: of each weight. moves: of each category the
    transitions (from, to; square), the last row being the begin of a text.
    """

    buckets: NDArray[np.uint32]
    counts: NDArray[np.uint16]
    labels: NDArray[np.uint16]
    values: NDArray[np.float16]
    moves: dict[str, NDArray[np.float32]]

    def dense(self, labels: Ints) -> NDArray[np.float32]:
        """Emissions of these labels (buckets + 1 x labels); the last row, of unknown buckets, is zero."""
        place = np.full(int(max(self.labels.max(initial=0), labels.max(initial=0))) + 1, -1)
        place[labels] = np.arange(len(labels))
        row = np.repeat(np.arange(len(self.buckets)), self.counts)
        column = place[self.labels]
        told = np.zeros((len(self.buckets) + 1, len(labels)), dtype=np.float32)
        told[row[column >= 0], column[column >= 0]] = self.values[column >= 0]
        return told

    def rows(self, buckets: Buckets) -> NDArray[np.int32]:
        """Row of the emissions for each bucket."""
        row = np.full(BUCKETS, len(self.buckets), dtype=np.int32)
        row[self.buckets] = np.arange(len(self.buckets))
        return row[buckets]


@dataclass(frozen=True)
class Problem:
    """The texts of a category to learn from. rows: tokens x templates, places in the list of buckets; right: label of
    each token, a place in `labels`; length: tokens of each text; labels: the category's, O first."""

    category: str
    rows: NDArray[np.int32]
    right: Ints
    length: Ints
    labels: Ints


def labels_of(attributes: Ints) -> Ints:
    """O, and B and I of each attribute: 0, and 1 + 2 a, 2 + 2 a."""
    return np.concatenate([[0], np.column_stack([1 + 2 * attributes, 2 + 2 * attributes]).ravel()]).astype(np.int64)


def allowed(labels: int) -> Array:
    """0 where a label may follow a label (last row: begin a text), else NEVER: I only follows B or I of its own."""
    told = np.zeros((labels + 1, labels))
    inner = np.arange(2, labels, 2)
    told[:, inner] = NEVER
    told[inner, inner] = told[inner - 1, inner] = 0
    return told


def batches(length: Ints) -> Iterator[tuple[Ints, Ints, NDArray[np.bool_]]]:
    """Texts of about the same length: their numbers, the rows of their tokens (padded), and which of these are."""
    first = np.cumsum(length) - length
    order = np.argsort(length, kind="stable")
    for begin in range(0, len(order), BATCH):
        texts = order[begin : begin + BATCH]
        steps = np.arange(length[texts].max())[None]
        there = steps < length[texts][:, None]
        yield texts, np.where(there, first[texts][:, None] + steps, 0), there


@dataclass(frozen=True)
class Pass:
    """Scaled forward and backward probabilities of a batch (texts x steps x labels); ratio: potential over scale."""

    forward: Array
    backward: Array
    ratio: Array
    moves: Array
    log_z: Array


def forward_backward(scores: Array, there: NDArray[np.bool_], moves: Array) -> Pass:
    """The two sweeps (Rabiner 1989, scaled). scores: texts x steps x labels; moves: labels + 1 x labels."""
    texts, steps, _ = scores.shape
    top = scores.max(2, keepdims=True)
    potential, follow = np.exp(scores - top), np.exp(moves[:-1])
    forward, scale = np.zeros_like(scores), np.ones((texts, steps))
    now = potential[:, 0] * np.exp(moves[-1])
    for step in range(steps):
        after = now if step == 0 else (now @ follow) * potential[:, step]
        total = after.sum(1)
        inside = there[:, step]
        now = np.where(inside[:, None], after / total[:, None], now)
        forward[:, step], scale[:, step] = now, np.where(inside, total, 1)
    ratio = potential / scale[:, :, None]
    backward = np.ones_like(scores)
    for step in range(steps - 1, 0, -1):
        before = (backward[:, step] * ratio[:, step]) @ follow.T
        backward[:, step - 1] = np.where(there[:, step][:, None], before, 1.0)
    log_z = ((np.log(scale) + top[:, :, 0]) * there).sum(1)
    return Pass(forward, backward, ratio, follow, log_z)


class _Loss:
    """Penalized negative log likelihood and its gradient in one flat vector: weights of (bucket, label) pairs that
    occur, then the moves of each category."""

    def __init__(self, problems: Sequence[Problem], buckets: int, labels: int) -> None:
        self.shape = (buckets, labels)
        self.problems = problems
        seen = [np.unique(p.rows.astype(np.int64) * labels + p.labels[p.right][:, None]) for p in problems]
        self.pairs = np.unique(np.concatenate(seen))
        # Each category touches its own buckets only; to copy all of them for each would take most of the time.
        self.columns = [np.unique(p.rows) for p in problems]
        self.blocks = [np.ix_(own, p.labels) for own, p in zip(self.columns, problems, strict=True)]
        local = [np.searchsorted(own, p.rows) for own, p in zip(self.columns, problems, strict=True)]
        self.matrices = [_matrix(rows, len(own)) for rows, own in zip(local, self.columns, strict=True)]
        self.transposed = [matrix.T.tocsr() for matrix in self.matrices]
        self.batches = [list(batches(p.length)) for p in problems]
        sizes = [len(p.labels) * (len(p.labels) + 1) for p in problems]
        self.ends = len(self.pairs) + np.cumsum(sizes)
        self.penalty = np.full(int(self.ends[-1]), PENALTY_OF_TRANSITIONS)
        self.penalty[: len(self.pairs)] = PENALTY

    def emissions(self, flat: Array) -> NDArray[np.float32]:
        told = np.zeros(self.shape, dtype=np.float32)
        told.flat[self.pairs] = flat[: len(self.pairs)]
        return told

    def moves(self, flat: Array, number: int) -> Array:
        size = len(self.problems[number].labels)
        end = int(self.ends[number])
        return flat[end - size * (size + 1) : end].reshape(size + 1, size)

    def __call__(self, flat: Array) -> tuple[float, Array]:
        weights = self.emissions(flat)
        steep = np.zeros(self.shape, dtype=np.float32)
        gradient = np.zeros_like(flat)
        loss = 0.0
        for number, problem in enumerate(self.problems):
            scores = (self.matrices[number] @ weights[self.blocks[number]]).astype(np.float64)
            moves = self.moves(flat, number)
            part, by_score, by_move = _likelihood(problem, self.batches[number], scores, moves)
            loss += part
            steep[self.blocks[number]] += self.transposed[number] @ by_score.astype(np.float32)
            self.moves(gradient, number)[:] = by_move
        gradient[: len(self.pairs)] = steep.flat[self.pairs]
        return loss + 0.5 * float((self.penalty * flat * flat).sum()), gradient + self.penalty * flat


def _likelihood(
    problem: Problem, parts: list[tuple[Ints, Ints, NDArray[np.bool_]]], scores: Array, moves: Array
) -> tuple[float, Array, Array]:
    """Negative log likelihood of a category's texts, and its gradient by scores and by moves."""
    by_score, by_move = np.zeros_like(scores), np.zeros_like(moves)
    total = 0.0
    for _, rows, there in parts:
        said = forward_backward(scores[rows], there, moves + allowed(len(problem.labels)))
        total += float(said.log_z.sum())
        marginal = said.forward * said.backward
        by_score[rows[there]] = marginal[there]
        by_move[-1] += marginal[:, 0].sum(0)
        inside = there[:, 1:]
        ahead = (said.backward * said.ratio)[:, 1:][inside]
        by_move[:-1] += (said.forward[:, :-1][inside].T @ ahead) * said.moves
    tokens = np.arange(len(problem.right))
    starts = np.zeros(len(tokens), dtype=bool)
    starts[np.cumsum(problem.length) - problem.length] = True
    before = np.where(starts, len(moves) - 1, np.roll(problem.right, 1))
    total -= float(scores[tokens, problem.right].sum() + moves[before, problem.right].sum())
    by_score[tokens, problem.right] -= 1
    np.subtract.at(by_move, (before, problem.right), 1)
    return total, by_score, by_move


def _matrix(rows: NDArray[np.integer], buckets: int) -> "sparse.csr_matrix":
    """Tokens x buckets, one where a token has a mark; rows beyond the last bucket count for nothing."""
    from scipy import sparse  # late: it takes a while, and most runs extract nothing

    known = rows < buckets
    begins = np.concatenate([[0], np.cumsum(known.sum(1))])
    ones = np.ones(int(begins[-1]), dtype=np.float32)
    return sparse.csr_matrix((ones, rows[known], begins), shape=(len(rows), buckets))


def fit(problems: Sequence[Problem], buckets: NDArray[np.uint32], labels: int) -> Weights:
    """Learn. buckets: what the rows of the problems stand for; labels: how many there are in all. The same problems
    give the same weights."""
    from scipy.optimize import minimize  # late, as above

    loss = _Loss(problems, len(buckets), labels)
    settings = {"maxiter": ITERATIONS, "maxcor": 6, "ftol": 1e-5}
    found = minimize(loss, np.zeros(len(loss.penalty)), jac=True, method="L-BFGS-B", options=settings).x
    row, label = np.divmod(loss.pairs, labels)
    moves = {p.category: loss.moves(found, number).astype(np.float32) for number, p in enumerate(problems)}
    counts = np.bincount(row, minlength=len(buckets)).astype(np.uint16)
    values = found[: len(loss.pairs)].astype(np.float16)
    return Weights(buckets, counts, label.astype(np.uint16), values, moves)


def spans(weights: Weights, category: str, rows: NDArray[np.int32], length: Ints, labels: Ints) -> tuple[Ints, Array]:
    """Candidates of a category's texts: (first token, tokens, place of the attribute) and the marginal probability
    that just this span is a value of it, where that is at least LEAST."""
    scores = (_matrix(rows, len(weights.buckets)) @ weights.dense(labels)[:-1]).astype(np.float64)
    moves = weights.moves[category].astype(np.float64) + allowed(len(labels))
    first = np.cumsum(length) - length
    found = [(np.zeros((0, 3), dtype=np.int64), np.zeros(0))]
    for texts, tokens, there in batches(length):
        said = forward_backward(scores[tokens], there, moves)
        found += [(np.column_stack([first[texts[text]] + at, size, attribute]), p)
                  for text, at, size, attribute, p in _marginals(said, there)]  # fmt: skip
    places, probability = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((places[:, 2], places[:, 1], places[:, 0]))
    return places[order], probability[order]


def _marginals(said: Pass, there: NDArray[np.bool_]) -> Iterator[tuple[Ints, Ints, Ints, Ints, Array]]:
    """Of each size in turn the spans of a batch: text, first step, size, attribute, probability.

    The mass of all paths that begin a value at a step is carried on along I; what does not go on to I ends there.
    """
    steps, labels = said.forward.shape[1:]
    begin, inner = np.arange(1, labels, 2), np.arange(2, labels, 2)
    mass = said.forward[:, :, begin]
    for size in range(1, min(LONGEST, steps) + 1):
        last = slice(size - 1, steps)
        label = begin if size == 1 else inner
        goes = said.moves[label, inner]
        on = np.zeros_like(mass)
        if steps > size:
            on[:, :-1] = goes * (said.ratio * said.backward)[:, size:, inner] * there[:, size:, None]
        if (mass * said.backward[:, last, label] * there[:, last, None]).max(initial=0.0) < LEAST:
            return  # No longer span can be more probable.
        ends = mass * (said.backward[:, last, label] - on) * there[:, last, None]
        text, at, attribute = np.nonzero(ends >= LEAST)
        yield text, at, np.full(len(at), size), attribute, ends[text, at, attribute]
        if steps > size:
            mass = mass[:, :-1] * goes * said.ratio[:, size:, inner] * there[:, size:, None]
