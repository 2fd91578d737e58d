"""A network of two layers learns exclusive or: small enough to see that everything works."""
import torch
from torch import nn

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(0)

inputs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], device=device)
targets = torch.tensor([[0.0], [1.0], [1.0], [0.0]], device=device)

model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1)).to(device)
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
loss_function = nn.BCEWithLogitsLoss()

for step in range(500):
    optimizer.zero_grad()
    loss = loss_function(model(inputs), targets)
    loss.backward()
    optimizer.step()

predictions = (model(inputs) > 0).int().flatten().tolist()
print(f"on {device}: loss {loss.item():.4f}, predictions {predictions} (should be [0, 1, 1, 0])")
